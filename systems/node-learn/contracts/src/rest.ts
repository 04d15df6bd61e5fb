/** What is there besides the product: the greeting that probes ask for, and the description of the API. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';

const text = z.string();
const asked = { method: 'GET', caller: 'anyone', effect: { reads: [], writes: [] } } as const;

export const restEndpoints = [
  endpoint({
    ...asked,
    name: 'rest.greeting',
    path: '/api',
    summary: 'Says that somebody is there',
    responses: { 200: { description: 'Hello World!', contentType: 'text/html', body: text } },
  }),
  endpoint({
    ...asked,
    name: 'rest.documentation',
    path: '/api/docs',
    summary: 'Describes the API to people; the files of the page are below',
    responses: { 200: { description: 'The page', contentType: 'text/html', body: text } },
  }),
  endpoint({
    ...asked,
    name: 'rest.documentation-json',
    path: '/api/docs-json',
    summary: 'Describes the API to programs, as it was described before it had contracts',
    responses: { 200: { description: 'OpenAPI 3.0', body: z.record(z.string(), z.unknown()) } },
  }),
  endpoint({
    ...asked,
    name: 'rest.documentation-yaml',
    path: '/api/docs-yaml',
    summary: 'The same as YAML',
    responses: { 200: { description: 'OpenAPI 3.0', contentType: 'text/yaml', body: text } },
  }),
] as const;
