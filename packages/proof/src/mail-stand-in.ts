// Speaks to the local mail stand-in: which mails have come, and what it is to do wrong.
import { ProofError } from './errors.ts';
import { createHttpClient, type HttpAnswer } from './http-client.ts';

export interface ReceivedMail {
  /** Rises with each mail. */
  readonly id: number;
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly receivedAt: string;
}

/** For one recipient or all, so often or until it is cleared; what each kind does is in the README of the stand-ins. */
export interface MailFault {
  readonly kind: 'refuse' | 'break' | 'delay';
  readonly to?: string;
  readonly times?: number;
  readonly keeps?: boolean;
  readonly delayMs?: number;
}

export interface MailStandIn {
  readonly url: string;
  /** To this recipient, oldest first. */
  to(recipient: string): Promise<ReceivedMail[]>;
  plant(fault: MailFault): Promise<void>;
  /** Takes away the faults for this recipient, or all. */
  mend(recipient?: string): Promise<void>;
  close(): Promise<void>;
}

export function createMailStandIn(url: string): MailStandIn {
  const client = createHttpClient(url);
  const ask = async (method: string, path: string, json?: unknown): Promise<HttpAnswer> => {
    const answer = await client.request(method, path, { json }).catch((cause: unknown) => {
      throw new ProofError('PROOF_STAND_IN', `The mail stand-in at ${url} cannot be reached.`, { cause });
    });
    if (answer.status < 400) return answer;
    throw new ProofError('PROOF_STAND_IN', `The mail stand-in refused ${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  };
  return {
    url,
    to: async (recipient) => ((await ask('GET', `/mails${about(recipient)}`)).json() as ReceivedMail[]).toReversed(),
    plant: async (fault) => void (await ask('POST', '/control/faults', fault)),
    mend: async (recipient) => void (await ask('DELETE', `/control/faults${about(recipient)}`)),
    close: () => client.close(),
  };
}

function about(recipient: string | undefined): string {
  return recipient === undefined ? '' : `?to=${encodeURIComponent(recipient)}`;
}
