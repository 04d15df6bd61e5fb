/** What an operator asks: traces, sagas, dead letters, the audit. */

import type { OperatorRequest, SagaFilter } from '@banyan/saga';
import { z } from 'zod';
import { viewAudit } from '../audit-view.ts';
import type { Controller } from '../controller.ts';
import { type DeadLetterDesk, listGroups, listLetters, type Order } from '../dead-letters.ts';
import { ControllerError } from '../errors.ts';
import { discardLetter, redrive } from '../redriving.ts';
import { countSagas, listSagas, orderSaga, showSaga } from '../sagas.ts';
import { traceCorrelation } from '../trace.ts';
import { limitOf, readBody, requiredText, textOf, textsOf } from './call-fields.ts';
import type { Endpoint } from './endpoint.ts';
import type { Call } from './json-server.ts';

export const operatorEndpoints: Readonly<Record<string, Endpoint>> = {
  'GET /v1/audit': async (controller, call) => ({
    body: await viewAudit(controller.inCharge('to look').store.database, limitOf(call, 1000)),
  }),
  'GET /v1/trace': async (controller, call) => {
    const { services, eventLog, fleet } = controller.inCharge('to look');
    const requests = async (traceId: string) => [...(await fleet.reports((client) => client.requests(traceId))).values()].flat();
    const sources = { databases: services, log: await eventLog(), requests };
    return { body: await traceCorrelation(sources, requiredText(call, 'correlation')) };
  },
  'GET /v1/sagas': async (controller, call) => {
    const { services } = controller.inCharge('to look');
    return { body: { counts: await countSagas(services), sagas: await listSagas(services, sagaFilterOf(call)) } };
  },
  'GET /v1/sagas/:name': async (controller, _call, id) => ({ body: await showSaga(controller.inCharge('to look').services, idOf(id)) }),
  'POST /v1/sagas/:name/request': async (controller, call, id) => {
    const request: OperatorRequest = readBody(sagaRequest, call.body);
    return { body: await orderSaga(controller.inCharge('to act'), idOf(id), request, call.signal) };
  },
  'GET /v1/dead-letters': async (controller, call) => ({ body: await deadLetters(controller, call) }),
  'POST /v1/dead-letters/redrive': async (controller, call) => ({
    body: await redrive(deskOf(controller, 'to act'), readRedrive(call.body), call),
  }),
  'POST /v1/dead-letters/discard': async (controller, call) => {
    const { id, ...order } = readBody(discardRequest, call.body);
    return { body: await discardLetter(deskOf(controller, 'to act'), id, order) };
  },
};

function deskOf(controller: Controller, purpose: 'to look' | 'to act'): DeadLetterDesk {
  const { services, store, loaded } = controller.inCharge(purpose);
  return { services, store, catalogue: loaded.system.contracts?.events ?? [] };
}

/** Groups; with any filter the letters themselves. */
async function deadLetters(controller: Controller, call: Call): Promise<unknown> {
  const filter = textsOf(call, ['service', 'group', 'type', 'error', 'id']);
  const discarded = flagOf(call, 'discarded');
  const isFiltered = Object.keys(filter).length > 0 || discarded || textOf(call, 'limit') !== undefined;
  if (!isFiltered) return listGroups(deskOf(controller, 'to look'));
  const isPersonal = flagOf(call, 'showPersonal');
  const desk = deskOf(controller, isPersonal ? 'to act' : 'to look');
  return listLetters(desk, { ...filter, discarded, limit: limitOf(call, 100) }, isPersonal ? orderOf(call) : undefined);
}

function orderOf(call: Call): Order {
  return { actor: requiredText(call, 'actor'), reason: requiredText(call, 'reason') };
}

function flagOf(call: Call, name: string): boolean {
  const text = textOf(call, name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The query parameter "${name}" is "${text}"; it is true or false.`);
}

const order = { actor: z.string().min(1).max(200), reason: z.string().min(1).max(1000) };
const discardRequest = z.strictObject({ id: z.string().min(1), ...order });
const text = z.string().min(1).optional();
const redriveRequest = z.strictObject({
  selector: z
    .strictObject({ id: text, service: text, group: text, type: text, error: text, all: z.literal(true).optional() })
    .refine((it) => Object.keys(it).length > 0, 'says nothing; give id, service, group, type or error, or all: true'),
  actor: order.actor,
  reason: z.string().max(1000).default(''),
  dryRun: z.boolean().default(false),
  waitMs: z.int().min(0).max(600_000).optional(),
});

function readRedrive(body: unknown) {
  const { selector: given, waitMs, ...request } = readBody(redriveRequest, body);
  if (!request.dryRun && request.reason === '') throw new ControllerError('CONTROLLER_REQUEST_INVALID', 'reason: a redrive needs one.');
  const { all: _all, ...fields } = given;
  const selector = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { ...request, selector, ...(waitMs === undefined ? {} : { waitMs }) };
}

function sagaFilterOf(call: Call): SagaFilter {
  const [name, state] = [textOf(call, 'name'), textOf(call, 'state')];
  const states = sagaState.safeParse(state);
  if (state !== undefined && !states.success)
    throw new ControllerError(
      'CONTROLLER_REQUEST_INVALID',
      `The query parameter "state" is "${state}"; a saga is ${sagaStates.join(', ')}.`,
    );
  return {
    limit: limitOf(call, 20),
    ...(name === undefined ? {} : { name }),
    ...(states.data === undefined ? {} : { states: [states.data] }),
  };
}

const sagaStates = ['running', 'undoing', 'needs-operator', 'completed', 'compensated'] as const;
const sagaState = z.enum(sagaStates);

const sagaRequest = z.strictObject({
  action: z.enum(['retry', 'skip', 'edit', 'compensate']),
  by: z.string().min(1),
  reason: z.string().min(1),
  input: z.unknown().optional(),
  result: z.unknown().optional(),
});

function idOf(given: string): string {
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(given)) return given;
  throw new ControllerError('CONTROLLER_SAGA_UNKNOWN', `"${given}" is not the id of a saga.`);
}
