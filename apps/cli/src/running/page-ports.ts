/** Which ports the pages take: what was asked for, or the usual ones; only a usual one gives way to another program. */
import type { CommandCall, OptionDescription } from '../command-line.ts';
import { numberOption } from '../command-line.ts';
import type { Reporter } from '../output.ts';
import { findFreePorts, requireFreePort } from '../programs/ports.ts';

/** Always the same, so that a bookmark and a sign-in outlive a restart. */
export const usualPorts = { 'console-port': 4400, 'web-port': 4300 } as const;

type PortOption = keyof typeof usualPorts;

const names: Readonly<Record<PortOption, string>> = { 'console-port': 'console', 'web-port': 'front end' };

export interface PagePorts {
  readonly consolePort: number;
  readonly webPort: number;
}

export const pagePortOptions = {
  'console-port': { type: 'string', value: 'PORT', help: `port of the console (${usualPorts['console-port']}, or a free one)` },
  'web-port': { type: 'string', value: 'PORT', help: `port of the system's front end (${usualPorts['web-port']}, or a free one)` },
} satisfies Readonly<Record<PortOption, OptionDescription>>;

/** Throws CLI_PORT_TAKEN for a port that was asked for; a system must not stay down because somebody looks at another one. */
export async function choosePagePorts(call: CommandCall, gatewayPort: number, reporter: Reporter): Promise<PagePorts> {
  const consolePort = await choose(call, 'console-port', { others: [gatewayPort], reporter });
  return { consolePort, webPort: await choose(call, 'web-port', { others: [gatewayPort, consolePort], reporter }) };
}

interface Choosing {
  readonly others: readonly number[];
  readonly reporter: Reporter;
}

async function choose(call: CommandCall, option: PortOption, { others, reporter }: Choosing): Promise<number> {
  const port = numberOption(call, option, usualPorts[option], { min: 1, max: 65_535 });
  const isAskedFor = call.options[option] !== undefined;
  try {
    await requireFreePort(port, option, others);
    return port;
  } catch (error) {
    if (isAskedFor) throw error;
    const [free = 0] = await findFreePorts(1);
    reporter.warn(`${(error as Error).message} The ${names[option]} takes ${free} instead.`);
    return free;
  }
}
