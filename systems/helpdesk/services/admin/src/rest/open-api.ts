/** The description of the API as the monolith gave it, and the page that shows it. Both are kept as they were: what the API is today, the contracts say. */
import { readFileSync } from 'node:fs';

interface Description {
  readonly info: { readonly title: string };
}

export const openApi = JSON.parse(readFileSync(new URL('../../documents/open-api.json', import.meta.url), 'utf8')) as Description;

export const describingPage = `<!DOCTYPE html>
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
