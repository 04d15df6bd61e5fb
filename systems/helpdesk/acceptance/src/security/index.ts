// The security scenarios: for a system that is thrown away afterwards, because what is asked of it changes and removes rows.
import type { Scenario } from '@banyan/proof';
import { securityScenarios as scenariosOf, type Surroundings } from '@banyan/proof/security-scenarios';
import { ownership } from './ownership.ts';
import { helpdesk } from './secured-system.ts';
import { traces } from './traces.ts';

export function securityScenarios(surroundings: Surroundings): Scenario[] {
  return scenariosOf(helpdesk, surroundings, [traces(surroundings), ownership]);
}
