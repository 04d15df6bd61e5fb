/** Draws a badge from its place on the sheet of seven columns. */
import type { AwardedBadge } from '../api/routes.ts';

/** By row and column: what the badge is for, in one sign. */
const signs = [
  ['1', '✓', 'T', '◔', '↺', '10', '⚡'],
  ['⌨', '×', '◑', '25', '☑', '¶', '100'],
  ['{}', '§', '①', '☷', 'Aa', '▲', '★'],
] as const;

interface Props {
  readonly badge: Pick<AwardedBadge, 'sprite_col' | 'sprite_row'>;
  readonly isUnlocked: boolean;
}

export function BadgeMark({ badge, isUnlocked }: Props) {
  const sign = signs[badge.sprite_row]?.[badge.sprite_col] ?? '?';
  const ring = isUnlocked ? `badge-mark badge-row-${badge.sprite_row}` : 'badge-mark badge-locked';
  return (
    <svg className={ring} viewBox="0 0 64 64" width="56" height="56" aria-hidden="true">
      <path d="M32 3 57.1 17.5v29L32 61 6.9 46.5v-29z" />
      <text x="32" y="33" textAnchor="middle" dominantBaseline="central" fontSize={sign.length > 2 ? 16 : 22}>
        {sign}
      </text>
    </svg>
  );
}
