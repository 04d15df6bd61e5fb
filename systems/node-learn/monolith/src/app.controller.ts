/** The greeting that probes ask for; it does not touch the database. */
import { Controller, Get } from '@nestjs/common';

@Controller()
export class AppController {
  @Get()
  greet(): string {
    return 'Hello World!';
  }
}
