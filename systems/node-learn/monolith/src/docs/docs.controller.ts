/** The description of the API: for people, as JSON and as YAML. */
import { Controller, Get, Header } from '@nestjs/common';
import { stringify } from 'yaml';
import { openApi } from './open-api.ts';

const page = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <title>${openApi.info.title}</title>
  <link rel="stylesheet" href="/api/docs/swagger-ui.css">
  <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png" sizes="32x32">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/api/docs/swagger-ui-bundle.js"></script>
  <script>
    window.ui = SwaggerUIBundle({ url: '/api/docs-json', dom_id: '#swagger-ui', persistAuthorization: true });
  </script>
</body>
</html>
`;

@Controller()
export class DocsController {
  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return page;
  }

  @Get('docs-json')
  json(): typeof openApi {
    return openApi;
  }

  @Get('docs-yaml')
  @Header('Content-Type', 'text/yaml; charset=utf-8')
  yaml(): string {
    return stringify(openApi);
  }
}
