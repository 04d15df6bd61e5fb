/** What a run does at the end of its migration, as the controller says it: ends the monolith, and starts the services with their corrections. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EndState } from '@banyan/migration/corrections';
import { repeat, type Repeated } from '@banyan/service/repeat';
import { ControllerClient, type ControllerAddress } from '../controller-client.ts';

const lookEveryMs = 1_000;
const timeoutMs = 2_000;
const nothingEnded: EndState = { isMonolithOff: false, corrections: false };

/** As an earlier start of this run left it, so that a monolith that is off is not started again. */
export function readEnd(directory: string): EndState {
  const file = fileOf(directory);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as EndState) : nothingEnded;
}

export interface EndOptions {
  readonly directory: string;
  readonly controller: ControllerAddress;
  readonly endMonolith: () => Promise<void>;
  /** One after the other. */
  readonly startServicesAnew: (corrections: boolean) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** A controller that is away is asked again. */
export function followTheEnd({ directory, controller, endMonolith, startServicesAnew, onFailure }: EndOptions): Repeated {
  const client = new ControllerClient(controller);
  let known = readEnd(directory);
  const keep = (next: EndState) => writeFileSync(fileOf(directory), JSON.stringify((known = next)));
  const look = async () => {
    const now = await client.read<EndState>('/v1/end', AbortSignal.timeout(timeoutMs)).catch(() => known);
    if (now.isMonolithOff && !known.isMonolithOff) {
      await endMonolith();
      keep({ ...known, isMonolithOff: true });
    }
    if (now.corrections !== known.corrections) {
      await startServicesAnew(now.corrections);
      keep({ ...known, corrections: now.corrections });
    }
  };
  const lookOnce = () =>
    look().then(
      () => true,
      (error: unknown) => {
        onFailure(error);
        return false;
      },
    );
  return repeat(lookOnce, { everyMs: lookEveryMs });
}

function fileOf(directory: string): string {
  return join(directory, 'end.json');
}
