/** What is there besides the product: what probes and Prometheus ask for, and the description of the API. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';

const text = z.string();
const time = z.iso.datetime();
const asked = { method: 'GET', caller: 'anyone', effect: { reads: [], writes: [] } } as const;

export const restEndpoints = [
  endpoint({
    ...asked,
    name: 'rest.health',
    path: '/health',
    summary: 'Says that somebody is there',
    responses: {
      200: {
        description: 'Somebody is',
        body: z.strictObject({ status: z.literal('ok'), timestamp: time, uptime: z.number().meta({ description: 'Seconds' }) }),
      },
    },
  }),
  endpoint({
    ...asked,
    name: 'rest.ready',
    path: '/ready',
    summary: 'Says whether requests can be served',
    responses: {
      200: {
        description: 'Whether they can',
        body: z.union([
          z.strictObject({ status: z.literal('ready'), database: z.literal('connected'), timestamp: time }),
          z.strictObject({ status: z.literal('not_ready'), database: z.literal('disconnected'), error: text, timestamp: time }),
        ]),
      },
      503: {
        description: 'They cannot, with flag fix.ready_503',
        body: z.strictObject({ status: z.literal('not_ready'), database: z.literal('disconnected'), timestamp: time }),
      },
    },
  }),
  endpoint({
    ...asked,
    name: 'rest.metrics',
    path: '/metrics',
    summary: 'Numbers about the program that answers, for Prometheus',
    responses: { 200: { description: 'Text format 0.0.4', contentType: 'text/plain', body: text } },
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
] as const;
