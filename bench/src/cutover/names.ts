/** The words of this benchmark: two sides, and two groups of tables that move between them. */

export type SideName = 'monolith' | 'service';

/** `moved` is moved by Banyan, `raw` is only switched by hand: what any switch costs at least. */
export type Group = 'moved' | 'raw';

export const groups: readonly Group[] = ['moved', 'raw'];

export function otherSide(side: SideName): SideName {
  return side === 'monolith' ? 'service' : 'monolith';
}
