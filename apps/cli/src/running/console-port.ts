/** Which port the console takes: the one that was asked for, or the usual one; only the usual one gives way to another program. */
import type { CommandCall, OptionDescription } from '../command-line.ts';
import { numberOption } from '../command-line.ts';
import type { Reporter } from '../output.ts';
import { findFreePorts, requireFreePort } from '../programs/ports.ts';

export const usualConsolePort = 4400;

export const consolePortOption: Readonly<Record<string, OptionDescription>> = {
  'console-port': { type: 'string', value: 'PORT', help: `port of the console (${usualConsolePort}, or a free one)` },
};

/** Throws CLI_PORT_TAKEN for a port that was asked for; a system must not stay down because somebody looks at another one. */
export async function chooseConsolePort(call: CommandCall, gatewayPort: number, reporter: Reporter): Promise<number> {
  const port = numberOption(call, 'console-port', usualConsolePort, { min: 1, max: 65_535 });
  const isAskedFor = call.options['console-port'] !== undefined;
  try {
    await requireFreePort(port, 'console-port', [gatewayPort]);
    return port;
  } catch (error) {
    if (isAskedFor) throw error;
    const [free = 0] = await findFreePorts(1);
    reporter.warn(`${(error as Error).message} The console takes ${free} instead.`);
    return free;
  }
}
