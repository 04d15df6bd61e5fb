// How often something is done, and how the load swells in the morning.

export type ActionKind =
  | 'list'
  | 'open'
  | 'view'
  | 'comments'
  | 'inbox'
  | 'move'
  | 'burst'
  | 'comment'
  | 'create'
  | 'remove'
  | 'assign'
  | 'dashboard'
  | 'users'
  | 'agents'
  | 'logIn'
  | 'join'
  | 'forget'
  | 'role'
  | 'farewell'
  | 'nuisance';

/** Actions per hundred requests; only their proportion counts, the driver's rate decides how many. */
export interface Mix {
  readonly actions: Readonly<Record<ActionKind, number>>;
  /** Whether mornings are busier than nights. */
  readonly hasDays: boolean;
}

const believable: Mix['actions'] = {
  list: 26,
  open: 4,
  view: 2,
  comments: 3,
  inbox: 8,
  move: 4.5,
  burst: 0.083,
  comment: 6,
  create: 3,
  remove: 0.3,
  assign: 2,
  dashboard: 1.5,
  users: 1,
  agents: 0.3,
  logIn: 1,
  join: 0.4,
  forget: 0.1,
  role: 0.05,
  farewell: 0.05,
  nuisance: 0.6,
};

/** demo: the believable mix. proof: the same people, but writing three times as much. Passwords stay rare: each costs a tenth of a second. */
export const mixes = {
  demo: { actions: believable, hasDays: true },
  proof: {
    actions: {
      ...believable,
      list: 12,
      inbox: 4,
      move: 10,
      comment: 9,
      create: 8,
      remove: 1.5,
      assign: 5,
      join: 0.6,
      role: 0.1,
      farewell: 0.15,
    },
    hasDays: false,
  },
} as const satisfies Record<string, Mix>;

export type MixName = keyof typeof mixes;

/** Of the demo mix at speed 1. */
export const requestsPerSecondAtSpeed1 = 20;

/** Counted in requests, so that it follows the speed: at speed 1 an hour lasts 100 s. */
const hourRequests = 100 * requestsPerSecondAtSpeed1;
const morning = { from: 8, to: 10, factor: 3 } as const;

/** How many times as much as usual is asked at this moment of the day. */
export function loadFactor({ hasDays }: Mix, requestsSoFar: number): number {
  const hour = (requestsSoFar / hourRequests + 7) % 24;
  return hasDays && hour >= morning.from && hour < morning.to ? morning.factor : 1;
}
