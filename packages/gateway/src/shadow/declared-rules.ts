/** Shows what a route declares about its answers beside what was learned of them. */
import type { NoiseRule } from '../shadow-report.ts';
import type { DeclaredRules } from './sample.ts';

/** Plain data, so that it can be kept on disk. */
export interface DeclaredState {
  readonly rules: DeclaredRules;
  /** Pairs that were not equal byte for byte. */
  readonly varied: number;
}

/** `[]` for any element of a list. */
export function declaredRules(declared: DeclaredState | undefined, samples: number): NoiseRule[] {
  if (declared === undefined) return [];
  const { rules, varied } = declared;
  const { anyOrder, draws = [], drawnFrom, invented, tokens = [] } = rules;
  const rule = (path: string, kind: string, sentence: string): NoiseRule => ({
    path,
    kind,
    varied,
    samples,
    onlyWhere: {},
    declared: sentence,
  });
  if (drawnFrom !== undefined) {
    const but = draws.length === 0 ? '' : ` but for ${draws.join(', ')}`;
    return [rule('', 'drawn', `The whole answer is an element of ${drawnFrom} as the owner shows it then${but}.`)];
  }
  const told =
    invented === undefined
      ? ''
      : Object.entries(invented.where)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ');
  return [
    ...(anyOrder === true ? [rule('', 'order', 'The elements are compared by id; none is missing, doubled or too many.')] : []),
    ...draws.map((field) =>
      rule(
        field,
        'drawn',
        'Each element is one that the owner shows for the same thing, none twice, as many as it shows, and among them what it always shows.',
      ),
    ),
    ...tokens.map((field) =>
      rule(field, 'token', 'A signed token: its claims are compared, its times from when it was issued, and not its signature.'),
    ),
    ...(invented?.fields ?? []).map((field) =>
      rule(
        field,
        'invented',
        `Made up for each answer where there is ${told}: of the form that the owner's has. Compared as ever everywhere else.`,
      ),
    ),
  ];
}
