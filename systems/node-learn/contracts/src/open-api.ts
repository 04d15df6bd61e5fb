/** The OpenAPI document of the endpoints that have a contract; `openapi.json` beside the sources is its text. */
import { toOpenApi } from '@banyan/contract';
import { authEndpoints } from './auth.ts';

export const openApiDocument = toOpenApi(
  {
    title: 'Node-Learn',
    version: '1.0.0',
    description: 'Endpoints that have left the monolith, as every program that serves them must answer.',
  },
  authEndpoints,
);

/** As kept in `openapi.json`: indented, with a line end at the end. */
export const openApiText = `${JSON.stringify(openApiDocument, undefined, 2)}\n`;
