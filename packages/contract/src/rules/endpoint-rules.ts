/** What makes an endpoint declaration usable: the checks behind endpoint(). */
import type { EndpointContract } from '../endpoint.ts';
import { parametersOf } from './path.ts';

export function problemsOf(definition: EndpointContract): string[] {
  const { name, path, effect, request, responses, method } = definition;
  const declared = Object.keys(request?.params?.shape ?? {});
  const used = parametersOf(path);
  const statuses = Object.keys(responses).map(Number);
  return [
    ...when(!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(name), 'its name is not lower-case and dotted, such as "auth.profile"'),
    ...when(!/^(\/(:\w+|[\w.~-]+))+$/.test(path), `its path "${path}" is not made of /segments and /:parameters`),
    ...used.filter((parameter) => !declared.includes(parameter)).map((parameter) => `:${parameter} is in the path but has no schema`),
    ...declared.filter((parameter) => !used.includes(parameter)).map((parameter) => `"${parameter}" has a schema but is not in the path`),
    ...[...effect.reads, ...effect.writes]
      .filter((table) => !/^\w+\.\w+$/.test(table))
      .map((table) => `table "${table}" is not written as schema.table`),
    ...when(method === 'GET' && request?.body !== undefined, 'a GET request has no body'),
    ...when(statuses.length === 0, 'it declares no response'),
    ...statuses.filter((status) => !(status >= 200 && status <= 599)).map((status) => `${status} is not a final HTTP status`),
  ];
}

function when(wrong: boolean, problem: string): string[] {
  return wrong ? [problem] : [];
}
