// Gives a scenario its stage and clears it afterwards, whether it held or not.
import { type Scenario } from '@banyan/proof';
import { Stage } from './stage.ts';

type Options = Pick<Scenario, 'exclusive' | 'needs' | 'unfit'>;

export function scenario(id: string, title: string, play: (stage: Stage) => Promise<void>, options: Options = {}): Scenario {
  return {
    id,
    title,
    ...options,
    run: async (target) => {
      const stage = new Stage(target);
      try {
        await play(stage);
      } finally {
        await stage.leave();
      }
    },
  };
}
