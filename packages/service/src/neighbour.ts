/** Another service that is read from: within a time, with few retries, and not at all while it is known to be away, so that its trouble stays its own. */
import { setTimeout as pause } from 'node:timers/promises';
import { Breaker } from './asking/breaker.ts';
import { type AnswerOfService, type AskedService, askService } from './ask-service.ts';
import { ServiceError } from './errors.ts';
import { report } from './report.ts';

export interface NeighbourOptions extends Omit<AskedService, 'timeoutMs'> {
  /** Of each attempt. Default 1,000. */
  readonly timeoutMs?: number;
}

export interface Neighbour {
  /**
   * What it answers to GET, unless that is a 5xx: then, and when there is no answer, it is asked up to twice again after a short random pause. Of all calls a
   * fifth may be made again, ten more at the beginning. When 10 of the last 20 attempts have failed nobody asks for 5 s, then one tries. Rejects with
   * SERVICE_NEIGHBOUR_AWAY.
   */
  ask(path: string): Promise<AnswerOfService>;
}

const retriesMax = 2;
const firstPauseMs = 50;
const retriesPerCall = 0.2;
const retriesSavedMax = 10;

export function createNeighbour({ timeoutMs = 1_000, ...rest }: NeighbourOptions): Neighbour {
  const asked = { ...rest, timeoutMs };
  const { service } = asked;
  const breaker = new Breaker(() => performance.now());
  let retriesSaved = retriesSavedMax;
  const note = (isWell: boolean) => {
    const change = breaker.note(isWell);
    if (change === 'opened') report('warn', 'service.neighbour.away', 'A service is not asked for a while', { asked: service });
    if (change === 'closed') report('info', 'service.neighbour.back', 'A service is asked again', { asked: service });
  };
  return {
    ask: async (path) => {
      retriesSaved = Math.min(retriesSavedMax, retriesSaved + retriesPerCall);
      for (let retries = 0; ; retries += 1) {
        if (!breaker.lets()) throw away(service, 'it has not answered lately, and is left alone for a while');
        try {
          const answer = await attempt(path, asked);
          note(true);
          return answer;
        } catch (cause) {
          note(false);
          if (retries === retriesMax || retriesSaved < 1) throw away(service, (cause as Error).message, { cause });
          retriesSaved -= 1;
          await pause(Math.random() * firstPauseMs * 2 ** retries);
        }
      }
    },
  };
}

async function attempt(path: string, asked: AskedService): Promise<AnswerOfService> {
  const answer = await askService(path, asked);
  if (answer.status >= 500) throw new Error(`it answered ${answer.status} to ${path}`);
  return answer;
}

function away(service: string, why: string, options?: { readonly cause: unknown }): ServiceError {
  return new ServiceError('SERVICE_NEIGHBOUR_AWAY', `"${service}" gives no answer: ${why}.`, options);
}
