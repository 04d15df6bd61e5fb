/** Why a request came to nothing, as one of a few kinds that a page can say something sensible about. */

export type FailureKind = 'held' | 'unreachable' | 'late' | 'refused' | 'missing' | 'failed';

export class AskFailure extends Error {
  readonly kind: FailureKind;
  /** What the server said about it, when that was meant for people. */
  readonly said: string | undefined;
  /** Seconds after which a held request may be repeated. */
  readonly retryAfterSeconds: number;

  constructor(
    kind: FailureKind,
    details: { readonly said?: string | undefined; readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(sentences[kind], { cause: details.cause });
    this.name = 'AskFailure';
    this.kind = kind;
    this.said = details.said;
    this.retryAfterSeconds = details.retryAfterSeconds ?? 1;
  }

  /** A write that failed like this has changed nothing for certain; otherwise nobody can tell. */
  get changedNothing(): boolean {
    return this.kind === 'held' || this.kind === 'refused' || this.kind === 'missing';
  }
}

const sentences: Readonly<Record<FailureKind, string>> = {
  held: 'This part of Node-Learn is being moved or started again at the moment. Nothing is lost; it takes a few seconds.',
  unreachable: 'Node-Learn cannot be reached. Please look at your connection.',
  late: 'Node-Learn did not answer in time.',
  refused: 'You may not do this.',
  missing: 'There is nothing here.',
  failed: 'Something went wrong at Node-Learn.',
};

/** Reads an answer that is not a success. */
export async function failureOf(response: Response): Promise<AskFailure> {
  const { status } = response;
  const said = await sayingOf(response);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  if (status === 503 && Number.isFinite(seconds)) return new AskFailure('held', { said, retryAfterSeconds: seconds });
  if (status === 502 || status === 503) return new AskFailure('unreachable', { said });
  if (status === 504) return new AskFailure('late', { said });
  if (status === 401 || status === 403) return new AskFailure('refused', { said });
  if (status === 404) return new AskFailure('missing', { said });
  return new AskFailure('failed', { said });
}

async function sayingOf(response: Response): Promise<string | undefined> {
  try {
    const body = (await response.json()) as { readonly message?: unknown };
    return typeof body.message === 'string' ? body.message : undefined;
  } catch {
    return undefined; // not JSON: whoever stands in front of the system has answered
  }
}
