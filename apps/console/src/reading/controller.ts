/** Asks the controller on behalf of browsers: its token is added here and goes no further. */
import { ConsoleError } from '../errors.ts';

export interface ControllerAnswer {
  readonly status: number;
  /** JSON text, on one line. */
  readonly text: string;
}

export interface Controller {
  /** Throws CONSOLE_CONTROLLER_AWAY when no answer comes within the limit. */
  ask(path: string, signal?: AbortSignal): Promise<ControllerAnswer>;
}

const answerTimeoutMs = 10_000;

export function createController({ url, token }: { readonly url: string; readonly token: string }): Controller {
  return {
    ask: async (path, signal) => {
      const limit = AbortSignal.timeout(answerTimeoutMs);
      try {
        const answer = await fetch(new URL(path, url), {
          headers: { authorization: `Bearer ${token}` },
          redirect: 'error',
          signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
        });
        return { status: answer.status, text: await answer.text() };
      } catch (cause) {
        const why = limit.aborted ? `did not answer within ${answerTimeoutMs / 1000} s` : 'does not answer';
        throw new ConsoleError('CONSOLE_CONTROLLER_AWAY', `The controller at ${url} ${why}.`, { cause });
      }
    },
  };
}
