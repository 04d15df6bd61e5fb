// How often each kind of person does something, and how the load swells when a class comes in.

export type ActionKind = 'read' | 'answer' | 'page' | 'boards' | 'signIn' | 'administer' | 'probe' | 'nuisance';
export type SignInKind = 'new' | 'renamed' | 'refused' | 'returning';

export interface Mix {
  /** Actions per second at speed 1; only their proportion counts, the driver's rate decides how many. */
  readonly actions: Readonly<Record<ActionKind, number>>;
  readonly signIns: Readonly<Record<SignInKind, number>>;
}

/** demo: the believable mix. proof: the same people, but signing in so often that the users table is written all the time. */
export const mixes = {
  demo: {
    actions: { read: 2, answer: 1.5, page: 0.5, boards: 0.5, signIn: 0.05, administer: 0.02, probe: 0.1, nuisance: 0.1 },
    signIns: { new: 10, renamed: 10, refused: 2, returning: 78 },
  },
  proof: {
    actions: { read: 1.5, answer: 1.5, page: 0.8, boards: 0.2, signIn: 0.9, administer: 0.04, probe: 0.2, nuisance: 0.1 },
    signIns: { new: 35, renamed: 35, refused: 2, returning: 28 },
  },
} as const satisfies Record<string, Mix>;

export type MixName = keyof typeof mixes;

/** Requests per second of the demo mix at speed 1. */
export const requestsPerSecondAtSpeed1 = 15;

/** "Class of 30": one minute in ten, counted in requests, so that it follows the speed. */
const cycleRequests = 600 * requestsPerSecondAtSpeed1;
const classRequests = 60 * requestsPerSecondAtSpeed1;

export function isClassIn(requestsSoFar: number): boolean {
  return requestsSoFar % cycleRequests >= cycleRequests - classRequests;
}

/** While the class is in, players play four times as much. */
export function actionsWithClass(mix: Mix): Record<ActionKind, number> {
  return { ...mix.actions, answer: mix.actions.answer * 4 };
}
