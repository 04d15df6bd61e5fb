/** The description of the API: for people, and as JSON. */
import { Controller, Get, Header } from '@nestjs/common';
import { openApi } from './open-api.ts';

const page = `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="UTF-8">
  <title>${openApi.info.title}</title>
  <link rel="stylesheet" href="/api/docs/swagger-ui.css">
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

@Controller('api')
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
}
