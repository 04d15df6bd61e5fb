/** Talks to a running controller: reads its state, asks for moves and passes on their progress line by line. */
import { CliError } from './errors.ts';

export interface ControllerAddress {
  readonly url: string;
  readonly token: string;
}

export interface ProgressLine {
  readonly at?: string;
  readonly step?: string;
  readonly message?: string;
  readonly done?: boolean;
  readonly error?: { code: string; message: string; fix: string };
  readonly [field: string]: unknown;
}

export class ControllerClient {
  readonly #address: ControllerAddress;

  constructor(address: ControllerAddress) {
    this.#address = address;
  }

  async read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    const answer = await this.#ask('GET', path, undefined, signal);
    return (await answer.json()) as Answer;
  }

  /** Asks for a move; every line of progress goes to `onLine`, the last one comes back. */
  async move(path: string, body: unknown, onLine: (line: ProgressLine) => void, signal?: AbortSignal): Promise<ProgressLine> {
    const answer = await this.#ask('POST', path, body, signal);
    let last: ProgressLine | undefined;
    try {
      for await (const line of linesOf(answer)) {
        last = JSON.parse(line) as ProgressLine;
        onLine(last);
      }
    } catch (error) {
      throw this.#broken(error);
    }
    if (last?.error !== undefined) throw new CliError(last.error.code, last.error.message, last.error.fix);
    if (last?.done !== true) throw this.#broken(undefined);
    return last;
  }

  async #ask(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(new URL(path, this.#address.url), {
        method,
        headers: { authorization: `Bearer ${this.#address.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      throw new CliError('CLI_CONTROLLER_UNREACHABLE', `The controller at ${this.#address.url} does not answer.`, 'banyan doctor', {
        cause: error,
      });
    }
    if (answer.ok) return answer;
    throw await refusal(answer);
  }

  #broken(cause: unknown): CliError {
    return new CliError(
      'CLI_CONTROLLER_UNREACHABLE',
      'The controller went away during the move; it resumes or cancels it when it is back.',
      'banyan status',
      { cause },
    );
  }
}

async function refusal(answer: Response): Promise<CliError> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; fix: string } };
    return new CliError(error.code, error.message, error.fix);
  } catch {
    return new CliError('CLI_CONTROLLER_REFUSED', `The controller answered ${answer.status}: ${text.slice(0, 200)}`, 'banyan doctor');
  }
}

async function* linesOf(answer: Response): AsyncGenerator<string> {
  if (answer.body === null) return;
  let rest = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((part) => part.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
