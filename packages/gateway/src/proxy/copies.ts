/** Copies of an exchange that has ended: to be compared, to be asked of the owner as well, to be done again in a rehearsal. */
import type { CompiledRoute } from '../routing/router.ts';
import type { WorkerCore } from '../worker/core.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { RequestBody } from './request-body.ts';

export interface EndedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: RequestBody;
  readonly startedMs: number;
}

/** Shows a read's answer to those who ask the candidate for its own. */
export function offerShadow({ router, shadow }: WorkerCore, compiled: CompiledRoute, request: EndedRequest, answer: AnswerWriter): void {
  const { route, id, compare } = compiled;
  const { upstreams } = router.table;
  const [ownerUrl, candidateUrl] = [upstreams[route.upstream], upstreams[route.shadow!.upstream]];
  if (ownerUrl === undefined || candidateUrl === undefined) return shadow.drop(id, 'routes-changed');
  const { status, head, captured } = answer;
  const owner = { status, headers: head!.headers, body: Buffer.concat(captured!) };
  shadow.offer({ ...asked(request), ownerUrl, route: id, scope: route.extraction, candidateUrl, owner, compare });
}

/** An error of the canary counts against the service only if the owner does not answer it as well. */
export function askForSecondOpinion(
  { router, shadow, traffic }: WorkerCore,
  { route, id, safe }: CompiledRoute,
  request: EndedRequest,
  { status, upstreamName }: { readonly status: number; readonly upstreamName: string },
): void {
  const ownerUrl = router.table.upstreams[route.upstream];
  if (!safe || route.canary?.upstream !== upstreamName || ownerUrl === undefined || !request.body.isRepeatable) return;
  shadow.secondOpinion({ ...asked(request), ownerUrl, route: id, scope: route.extraction }, status, () => {
    traffic.entry(id, upstreamName).errorsOfBoth += 1;
  });
}

/** A body that was streamed is gone; what has no extraction is never recorded (see route-table.ts). */
export function recordWrite({ recorder }: WorkerCore, { route }: CompiledRoute, request: EndedRequest, status: number): void {
  const { id, extraction = '' } = route;
  if (!request.body.isRepeatable) return recorder.drop(extraction, 'body-streamed');
  recorder.take({ ...asked(request), scope: extraction, route: id, status });
}

function asked({ method, path, headers, body, startedMs }: EndedRequest) {
  return { method, path, headers, body: body.collected, startedMs };
}
