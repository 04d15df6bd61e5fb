/** What the monolith answered besides its product: the greeting that probes ask for, and the description of the API. */
import { Controller, Get, Header } from '@nestjs/common';
import { stringify } from 'yaml';
import { describingPage, openApi } from './open-api.ts';

@Controller()
export class RestController {
  @Get()
  greet(): string {
    return 'Hello World!';
  }

  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return describingPage;
  }

  @Get('docs-json')
  json(): object {
    return openApi;
  }

  @Get('docs-yaml')
  @Header('Content-Type', 'text/yaml; charset=utf-8')
  yaml(): string {
    return stringify(openApi);
  }
}
