/** What of the comparisons may go to disk. */

interface KeptRoute {
  readonly undecided: readonly unknown[];
  readonly compared: number;
  readonly droppedBy: Readonly<Record<string, number>>;
}

/** All but what is still undecided: that has in it what people sent and were told. A gateway that starts again has dropped it. */
export function stateToKeep<Route extends KeptRoute>(state: Readonly<Record<string, Route>>): Record<string, Route> {
  return Object.fromEntries(
    Object.entries(state).map(([id, route]) => {
      const { undecided, compared, droppedBy } = route;
      if (undecided.length === 0) return [id, route];
      const dropped = { ...droppedBy, 'undecided-at-restart': (droppedBy['undecided-at-restart'] ?? 0) + undecided.length };
      return [id, { ...route, undecided: [], compared: compared - undecided.length, droppedBy: dropped }];
    }),
  );
}
