/** Asks a running console for a link that opens it once. */
import { CliError } from './errors.ts';

export interface ConsoleAddress {
  readonly url: string;
  readonly token: string;
}

const answerTimeoutMs = 5_000;

/** Throws CLI_CONSOLE_UNREACHABLE. */
export async function askConsoleLink({ url, token }: ConsoleAddress): Promise<string> {
  const away = (cause: unknown) =>
    new CliError('CLI_CONSOLE_UNREACHABLE', `The console at ${url} gives no link.`, 'banyan doctor', { cause });
  let answer: Response;
  try {
    const headers = { authorization: `Bearer ${token}` };
    answer = await fetch(new URL('/console/links', url), { method: 'POST', headers, signal: AbortSignal.timeout(answerTimeoutMs) });
  } catch (cause) {
    throw away(cause);
  }
  if (!answer.ok) throw away(await answer.text());
  return ((await answer.json()) as { readonly url: string }).url;
}
