/** The HTTP API: which method and path does what, and the checks of what a caller sends. */

import type { Controller } from '../controller.ts';
import { ControllerError } from '../errors.ts';
import { readMoveRequest } from '../move-request.ts';
import type { Call, Handle } from './json-server.ts';

type Endpoint = (controller: Controller, call: Call, name: string) => Promise<{ readonly status?: number; readonly body: unknown }>;

const endpoints: Readonly<Record<string, Endpoint>> = {
  'GET /health': async (controller) => ({ status: controller.health.status === 'ready' ? 200 : 503, body: controller.health }),
  'GET /v1/state': async (controller) => ({ body: await controller.state() }),
  'GET /v1/evidence': async (controller, call) => ({
    body: await controller.evidence(textOf(call, 'extraction'), textOf(call, 'kind'), limitOf(call, 100)),
  }),
  'GET /v1/audit': async (controller, call) => ({ body: await controller.audit(limitOf(call, 1000)) }),
  'GET /v1/mismatches': async (controller, call) => ({ body: await controller.mismatches(textOf(call, 'extraction')) }),
  'GET /v1/reached': async (controller, call) => ({ body: await controller.reached(requiredText(call, 'extraction')) }),
  'POST /v1/extractions/:name/advance': async (controller, call, name) => {
    const request = readMoveRequest(call.body, ['to', 'sharePercent', 'reason', 'actor', 'force', 'waitMs']);
    return { body: { done: true, ...(await controller.advance(name, request, call.line, call.signal)) } };
  },
  'POST /v1/extractions/:name/back': async (controller, call, name) => {
    const request = readMoveRequest(call.body, ['to', 'sharePercent', 'reason', 'actor']);
    return { body: { done: true, ...(await controller.back(name, request, call.line)) } };
  },
  'POST /v1/extractions/:name/verify': async (controller, call, name) => {
    const { actor, repair } = readMoveRequest(call.body, ['actor', 'repair', 'reason']);
    return { body: await controller.verify(name, { actor, repair: repair ?? false }, call.line) };
  },
};

/** Answers every call; the controller itself refuses what it cannot do yet. */
export function createEndpoints(controller: Controller): Handle {
  return async (call) => {
    const { endpoint, name } = findEndpoint(call);
    return endpoint(controller, call, name);
  };
}

function findEndpoint(call: Call): { readonly endpoint: Endpoint; readonly name: string } {
  const match = /^\/v1\/extractions\/([^/]+)\/(advance|back|verify)$/.exec(call.path);
  const path = match === null ? call.path : `/v1/extractions/:name/${match[2]}`;
  const endpoint = endpoints[`${call.method} ${path}`];
  if (endpoint !== undefined) return { endpoint, name: decode(match?.[1] ?? '') };
  throw new ControllerError('CONTROLLER_ROUTE_UNKNOWN', `There is no ${call.method} ${call.path}.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ControllerError('CONTROLLER_REQUEST_INVALID', `"${text}" is not a valid path segment.`, { cause: error });
  }
}

function textOf(call: Call, name: string): string | undefined {
  return call.query.get(name) ?? undefined;
}

function requiredText(call: Call, name: string): string {
  const value = textOf(call, name);
  if (value !== undefined && value !== '') return value;
  throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The query parameter "${name}" is missing.`);
}

function limitOf(call: Call, fallback: number): number {
  const text = textOf(call, 'limit');
  const limit = text === undefined ? fallback : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new ControllerError(
    'CONTROLLER_REQUEST_INVALID',
    `The query parameter "limit" must be a whole number from 1 to 10000; it is "${text}".`,
  );
}
