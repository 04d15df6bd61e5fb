/** `banyan status`: where every extraction stands, what the next step waits for, and the last events. */
import type { StateView } from '@banyan/controller/state-view';
import { textOption, type CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { asTyped } from '../output.ts';
import { findLiveRun } from '../running/run-directory.ts';
import { drawPicture } from '../view/picture.ts';
import { stateToPicture } from '../view/state-to-picture.ts';
import { systemOption } from './live-controller.ts';

export const status: CommandDescription = {
  name: 'status',
  usage: 'status',
  summary: 'Shows where every extraction stands, its gates with their numbers, and the last events.',
  options: { system: systemOption },
  async run(call) {
    const run = findLiveRun(textOption(call, 'system'));
    const client = new ControllerClient({ url: run.facts.controllerUrl, token: run.facts.controllerToken });
    const state = await client.read<StateView>('/v1/state');
    if (call.json) {
      process.stdout.write(`${JSON.stringify({ ...state, gatewayUrl: run.facts.gatewayUrl })}\n`);
      return 0;
    }
    const elapsedS = (Date.now() - Date.parse(run.facts.startedAt)) / 1000;
    const keys = `${asTyped('banyan advance')} <extraction> | back <extraction> | verify <extraction>`;
    const picture = stateToPicture(state, {
      title: `${state.title} at ${run.facts.gatewayUrl}`,
      elapsedS,
      memoryMb: undefined,
      traffic: undefined,
      chosen: undefined,
      keys,
    });
    process.stdout.write(`${drawPicture(picture, { columns: process.stdout.columns || 160 }).join('\n')}\n`);
    return 0;
  },
};
