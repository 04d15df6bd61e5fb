/** Where questions live at first: a table whose changes are followed, until it is fenced. */

export interface RowChange {
  readonly question: string;
  readonly text: string;
}

export interface Monolith {
  /** In the order of commits; what follows reads them by their place. */
  readonly changes: readonly RowChange[];
  /** False when the table is fenced. */
  edit(question: string, text: string): boolean;
  /** No change comes after this call; answers how many there were. */
  fence(): number;
}

export function createMonolith(): Monolith {
  const changes: RowChange[] = [];
  let isFenced = false;
  return {
    changes,
    edit: (question, text) => {
      if (!isFenced) changes.push({ question, text });
      return !isFenced;
    },
    fence: () => {
      isFenced = true;
      return changes.length;
    },
  };
}
