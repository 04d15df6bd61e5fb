/** Writes endpoints down as an OpenAPI 3.1 document. */
import type { ZodObject, ZodType } from 'zod';
import type { EndpointContract, ResponseContract } from './endpoint.ts';
import { ContractError } from './errors.ts';
import { toJsonSchema } from './json-schema.ts';

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** A JSON value that follows the OpenAPI 3.1 specification. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/**
 * The document of the given endpoints, paths in the order given. Effects appear as `x-effect`.
 * Throws CONTRACT_ENDPOINT_DUPLICATE when two share a name or a route.
 */
export function toOpenApi(api: ApiDescription, endpoints: readonly EndpointContract[]): OpenApiDocument {
  refuseDuplicates(endpoints);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: { title: api.title, version: api.version, description: api.description },
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  };
}

function refuseDuplicates(endpoints: readonly EndpointContract[]): void {
  const seen = new Set<string>();
  for (const { name, method, path } of endpoints) {
    for (const key of [`the name ${name}`, `the route ${method} ${path.toLowerCase().replace(/:\w+/g, ':')}`]) {
      if (seen.has(key)) throw new ContractError('CONTRACT_ENDPOINT_DUPLICATE', `Two endpoints have ${key}.`);
      seen.add(key);
    }
  }
}

function operationOf(endpoint: EndpointContract): Record<string, unknown> {
  const { request, responses } = endpoint;
  const parameters = [...parametersIn('path', request?.params), ...parametersIn('query', request?.query)];
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    ...(endpoint.caller === 'anyone' ? {} : { security: [{ bearer: [] }] }),
    'x-caller': endpoint.caller,
    ...(endpoint.corrected === undefined ? {} : { 'x-caller-corrected': endpoint.corrected }),
    'x-effect': endpoint.effect,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request?.body === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf('application/json', request.body, 'input') } }),
    responses: Object.fromEntries(Object.entries(responses).map(([status, response]) => [status, responseOf(response)])),
  };
}

function parametersIn(place: 'path' | 'query', schema: ZodObject | undefined): Record<string, unknown>[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !(field as ZodType).safeParse(undefined).success,
    schema: toJsonSchema(field as ZodType, 'input'),
  }));
}

function responseOf(response: ResponseContract): Record<string, unknown> {
  const { description, headers, body, contentType = 'application/json', quirk } = response;
  const named = Object.entries(headers ?? {}).map(([name, meaning]) => [name, { description: meaning, schema: { type: 'string' } }]);
  return {
    description,
    ...(quirk === undefined ? {} : { 'x-quirk': true }),
    ...(named.length === 0 ? {} : { headers: Object.fromEntries(named) }),
    ...(body === undefined ? {} : { content: contentOf(contentType, body, 'output') }),
  };
}

function contentOf(contentType: string, body: ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return { [contentType]: { schema: toJsonSchema(body, io) } };
}
