/** The HTTP API: which method and path does what, and the checks of what a caller sends. */

import { readRehearsalEvidence } from '@banyan/migration/rehearsal-evidence';
import type { CorrectionsRequest } from '@banyan/migration/corrections';
import { z } from 'zod';
import type { Controller } from '../controller.ts';
import { ControllerError } from '../errors.ts';
import { readMoveRequest } from '../move-request.ts';
import { limitOf, readBody, requiredText, textOf } from './call-fields.ts';
import type { Endpoint } from './endpoint.ts';
import type { Call, Handle } from './json-server.ts';
import { operatorEndpoints } from './operator-endpoints.ts';

const endpoints: Readonly<Record<string, Endpoint>> = {
  ...operatorEndpoints,
  'GET /health': async (controller) => ({ status: controller.health.status === 'ready' ? 200 : 503, body: controller.health }),
  'GET /v1/state': async (controller) => ({ body: await controller.state() }),
  'GET /v1/end': async (controller) => ({ body: await controller.endState() }),
  'POST /v1/corrections': async (controller, call) => ({ body: await controller.setCorrections(readCorrections(call.body)) }),
  'GET /v1/evidence': async (controller, call) => ({
    body: await controller.evidence(textOf(call, 'extraction'), textOf(call, 'kind'), limitOf(call, 100)),
  }),
  'GET /v1/mismatches': async (controller, call) => ({ body: await controller.mismatches(textOf(call, 'extraction')) }),
  'GET /v1/reached': async (controller, call) => ({ body: await controller.reached(requiredText(call, 'extraction')) }),
  'POST /v1/extractions/:name/advance': async (controller, call, name) => {
    const request = readMoveRequest(call.body, ['to', 'sharePercent', 'reason', 'actor', 'force', 'waitMs']);
    return { body: { done: true, ...(await controller.advance(name, request, call.line, call.signal)) } };
  },
  'POST /v1/extractions/:name/back': async (controller, call, name) => {
    const request = readMoveRequest(call.body, ['to', 'sharePercent', 'reason', 'actor', 'lost']);
    return { body: { done: true, ...(await controller.back(name, request, call.line)) } };
  },
  'POST /v1/extractions/:name/verify': async (controller, call, name) => {
    const { actor, repair } = readMoveRequest(call.body, ['actor', 'repair', 'reason']);
    return { body: await controller.verify(name, { actor, repair: repair ?? false }, call.line) };
  },
  'POST /v1/extractions/:name/rehearsal': async (controller, call, name) => {
    const { actor, ...given } = (call.body ?? {}) as { readonly actor?: unknown };
    const read = readRehearsalEvidence(given);
    if ('wrong' in read) throw new ControllerError('CONTROLLER_REQUEST_INVALID', `${read.wrong}.`);
    return {
      body: await controller.rehearsed(name, readMoveRequest(actor === undefined ? {} : { actor }, ['actor']).actor, read.evidence),
    };
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
  const match = /^\/v1\/(extractions|sagas)\/([^/]+)(\/[a-z]+)?$/.exec(call.path);
  const path = match === null ? call.path : `/v1/${match[1]}/:name${match[3] ?? ''}`;
  const endpoint = endpoints[`${call.method} ${path}`];
  if (endpoint !== undefined) return { endpoint, name: decode(match?.[2] ?? '') };
  throw new ControllerError('CONTROLLER_ROUTE_UNKNOWN', `There is no ${call.method} ${call.path}.`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ControllerError('CONTROLLER_REQUEST_INVALID', `"${text}" is not a valid path segment.`, { cause: error });
  }
}

const corrections = z.strictObject({ on: z.boolean(), actor: z.string().min(1), reason: z.string().min(1).optional() });

function readCorrections(body: unknown): CorrectionsRequest {
  const { on, actor, reason } = readBody(corrections, body);
  return { on, actor, ...(reason === undefined ? {} : { reason }) };
}
