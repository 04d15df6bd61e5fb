// What the traffic has learned about the system on the way: questions to play, people who are signed in, the administrator.
import { type TrafficSession } from '@banyan/proof';

export interface SignedIn {
  readonly userId: number;
  readonly token: string;
}

export interface World {
  /** Ids of the question bank as it was in the beginning; nobody deletes these. */
  questionIds: readonly number[];
  /** By number of the person in the crowd. */
  readonly signedIn: Map<number, SignedIn>;
  admin: SignedIn | undefined;
  /** Questions that the traffic's administrator made. */
  readonly ownQuestionIds: number[];
}

export function createWorld(): World {
  return { questionIds: [], signedIn: new Map(), admin: undefined, ownQuestionIds: [] };
}

export async function learnQuestions(world: World, session: TrafficSession): Promise<void> {
  const answer = await session.ask({ actor: 'visitor', group: 'questions', what: 'list', method: 'GET', path: '/api/questions' });
  const questions = Array.isArray(answer?.json) ? (answer.json as { id: number }[]) : [];
  world.questionIds = questions.map(({ id }) => id).sort((one, other) => one - other);
}

/** The element that a random number in [0, 1) stands for: choices are drawn before it is known what there will be. */
export function at<Item>(items: readonly Item[], fraction: number): Item | undefined {
  return items[Math.floor(fraction * items.length)];
}
