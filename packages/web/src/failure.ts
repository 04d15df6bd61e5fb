/** Why a request came to nothing, as one of a few kinds that a page can say something sensible about. */

export type FailureKind = 'held' | 'unreachable' | 'late' | 'refused' | 'missing' | 'invalid' | 'failed';

export interface FailureDetails {
  /** What the server said about it, when that was meant for people. */
  readonly said?: string | undefined;
  /** Undefined when there was no answer. */
  readonly status?: number | undefined;
  /** By which the request is found in logs. */
  readonly requestId?: string | undefined;
  /** Seconds after which a held request may be repeated. Default 1. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

export class AskFailure extends Error {
  readonly kind: FailureKind;
  readonly said: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number;

  constructor(kind: FailureKind, { said, status, requestId, retryAfterSeconds = 1, cause }: FailureDetails = {}) {
    super(sentences[kind], { cause });
    this.name = 'AskFailure';
    this.kind = kind;
    this.said = said;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** A write that failed like this has changed nothing for certain; otherwise nobody can tell. */
  get changedNothing(): boolean {
    return ['held', 'refused', 'missing', 'invalid'].includes(this.kind);
  }
}

const sentences: Readonly<Record<FailureKind, string>> = {
  held: 'This part is being moved or started again at the moment. Nothing is lost; it takes a few seconds.',
  unreachable: 'The server cannot be reached. Please look at your connection.',
  late: 'The server did not answer in time.',
  refused: 'You may not do this.',
  missing: 'There is nothing here.',
  invalid: 'This cannot be done as it was asked for.',
  failed: 'Something went wrong at the server.',
};

/** Whatever was thrown while something was asked for. */
export function toAskFailure(error: unknown): AskFailure {
  return error instanceof AskFailure ? error : new AskFailure('failed', { cause: error });
}

/** Reads an answer that is not a success. @param sentId the id that the request was sent with */
export async function failureOf(response: Response, sentId?: string): Promise<AskFailure> {
  const { status, headers } = response;
  const requestId = sentId ?? headers.get('x-request-id') ?? headers.get('x-trace-id') ?? undefined;
  const details = { said: await sayingOf(response), status, requestId };
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  if (status === 503 && Number.isFinite(seconds)) return new AskFailure('held', { ...details, retryAfterSeconds: seconds });
  return new AskFailure(kindOf(status), details);
}

function kindOf(status: number): FailureKind {
  if (status === 502 || status === 503) return 'unreachable';
  if (status === 504) return 'late';
  if (status === 401 || status === 403) return 'refused';
  if (status === 404) return 'missing';
  return status >= 400 && status < 500 ? 'invalid' : 'failed';
}

/** The message of an error's body; one that is a list is told as one sentence. */
async function sayingOf(response: Response): Promise<string | undefined> {
  try {
    const { message } = (await response.json()) as { readonly message?: unknown };
    if (Array.isArray(message)) return message.join(', ');
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined; // not JSON: whoever stands in front of the system has answered
  }
}
