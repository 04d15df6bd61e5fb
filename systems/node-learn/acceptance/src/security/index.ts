// The security scenarios: for a system that is thrown away afterwards, because what is asked of it changes and removes rows.
import type { Scenario } from '@banyan/proof';
import { traces } from './traces.ts';
import { fuzzing } from './fuzzing.ts';
import { permissions } from './permissions.ts';
import type { Surroundings } from './surroundings.ts';

export function securityScenarios(surroundings: Surroundings): Scenario[] {
  const exclusive = 'what it searches and counts must be its own';
  const first = [...permissions(surroundings), ...traces(surroundings)].map((scenario) => ({ ...scenario, exclusive }));
  return [...first, ...fuzzing(surroundings)];
}
