// The security scenarios of any system, from its contracts: for a system that is thrown away afterwards, because what is asked of it changes and removes rows.
import type { Scenario } from './scenario.ts';
import { fuzzing } from './security/fuzzing.ts';
import { permissions } from './security/permissions.ts';
import type { SecuredSystem, Surroundings } from './security/secured-system.ts';
export type { SecuredSystem, Surroundings } from './security/secured-system.ts';

/** Who may call what, what nobody outside may reach, and answers to whatever is asked; in between those of the system itself. */
export function securityScenarios(system: SecuredSystem, surroundings: Surroundings, own: readonly Scenario[] = []): Scenario[] {
  const exclusive = 'what it searches and counts must be its own';
  const first = [...permissions(system, surroundings), ...own].map((scenario) => ({ ...scenario, exclusive }));
  return [...first, ...fuzzing(system, surroundings)];
}
