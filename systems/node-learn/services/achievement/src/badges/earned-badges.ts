/** Which badges a check brings: all rules by rising id, each seeing those that were earned before it. */
import { report } from '@banyan/service';
import { type BadgeCheck, type BadgeRule, badgeRules } from './badge-rules.ts';

/** Ids of the badges that are earned and not yet owned. A rule that throws is reported and costs the learner no other badge. */
export function findEarnedBadges(check: BadgeCheck, rules: ReadonlyMap<number, BadgeRule> = badgeRules): number[] {
  const owned = new Set(check.owned);
  const earned: number[] = [];
  for (const [id, rule] of rules) {
    if (owned.has(id) || !isEarned(id, rule, { ...check, owned })) continue;
    owned.add(id);
    earned.push(id);
  }
  return earned;
}

function isEarned(id: number, rule: BadgeRule, check: BadgeCheck): boolean {
  try {
    return rule.isEarned(check);
  } catch (error) {
    report('error', 'achievement.rule.failed', 'A badge could not be checked', { badge: id, reason: (error as Error).message });
    return false;
  }
}
