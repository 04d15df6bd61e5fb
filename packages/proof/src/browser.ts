// Finds this machine's Chromium and opens it for a test, without a window; says so where there is none.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ProofError } from './errors.ts';

const programNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const macPrograms = ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

type Environment = Readonly<Record<string, string | undefined>>;

/** Path of the browser: `BANYAN_CHROMIUM` when set, else the first Chromium or Chrome on the PATH. Undefined: there is none. */
export function findChromium(environment: Environment = process.env): string | undefined {
  const named = environment['BANYAN_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => programNames.map((name) => join(folder, name)));
  return [...onPath, ...(process.platform === 'darwin' ? macPrograms : [])].find(isProgram);
}

/**
 * For `describe.skipIf(...)`: true where no browser is found, and then it says so. With `BANYAN_NO_SKIPS` it is never true:
 * the tests run, and `openBrowser` fails them with what to install.
 */
export function isWithoutBrowser(environment: Environment = process.env): boolean {
  if (findChromium(environment) !== undefined || environment['BANYAN_NO_SKIPS'] !== undefined) return false;
  process.stderr.write('Browser tests are skipped: no Chromium on the PATH. Install it (Debian: apt-get install chromium).\n');
  return true;
}

/** Opens the browser; the caller closes it. Throws ProofError (PROOF_BROWSER) when there is none or it does not start. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new ProofError('PROOF_BROWSER', 'No Chromium was found on the PATH.');
  try {
    // A root user and containers with a small /dev/shm are ordinary where tests run.
    return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  } catch (cause) {
    throw new ProofError('PROOF_BROWSER', `${executablePath} did not start: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
}

/** Collects from now on what the page complains about: errors on its console, exceptions nobody caught. Empty is good. */
export function collectPageFaults(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(error.message));
  return faults;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
