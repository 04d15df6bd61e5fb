/** `banyan detach`: takes out of attached databases all that was put there, and forgets the system here. */
import { rmSync } from 'node:fs';
import type { CommandDescription } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { createReporter } from '../output.ts';
import { attachedPrograms } from '../running/attached-programs.ts';
import { locateSystem } from '../running/locate-system.ts';
import { leaveAttached } from '../running/meet-attached.ts';
import { refuseSecondRun, runDirectory } from '../running/run-directory.ts';

export const detach: CommandDescription = {
  name: 'detach',
  usage: 'detach <system>',
  summary:
    'Leaves attached databases as if there had never been a migration, and forgets its state here. Refused while a service owns tables.',
  arguments:
    'Drops the slots, publications, fences and the schema that Banyan made in them, and the databases of the services here. No table of yours is touched.',
  options: {},
  async run(call) {
    const system = await locateSystem(call.positionals[0]);
    const { name } = system.definition;
    refuseSecondRun(name, 'up');
    if (attachedPrograms(system.definition).length === 0)
      throw new CliError('CLI_OPTION_INVALID', `Nothing is attached in ${system.configFile}.`, `banyan up ${name} --fresh begins anew`);
    const left = await leaveAttached(system, createReporter(call.json));
    rmSync(runDirectory(name, 'up'), { recursive: true, force: true });
    if (call.json) process.stdout.write(`${JSON.stringify({ system: name, left })}\n`);
    return 0;
  },
};
