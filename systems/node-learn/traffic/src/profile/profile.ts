// The traffic of Node-Learn: who comes, how often, and what they do (specification, section 10).
import { type GoogleStandIn, type SeededRandom, type TrafficAction, type TrafficProfile, type TrafficSession } from '@banyan/proof';
import { inventPeople } from '../data-set/people.ts';
import { administer } from './administrators.ts';
import { claimsOf, createCrowd, type Crowd } from './crowd.ts';
import { type ActionKind, actionsWithClass, isClassIn, type Mix } from './mix.ts';
import { answer } from './players.ts';
import { boards, bother, page, probe, read } from './visitors.ts';
import { createWorld, learnQuestions, type World } from './world.ts';

export interface ProfileOptions {
  readonly google: GoogleStandIn;
  readonly mix: Mix;
  readonly seed: number;
  readonly run: string;
  /** People who sign in before the traffic begins. Default 12. */
  readonly initialPeople?: number;
}

export function createNodeLearnProfile(options: ProfileOptions): TrafficProfile {
  const world = createWorld();
  const { google, seed, run, mix } = options;
  const crowd = createCrowd({ google, world, seed, run, initial: options.initialPeople ?? 12 });
  let requests = 0;
  return {
    prepare: (session) => prepare(session, world, crowd, options),
    next: (random) => {
      const action = draw(random, world, crowd, mix, isClassIn(requests));
      requests += action.cost;
      return action;
    },
  };
}

function draw(random: SeededRandom, world: World, crowd: Crowd, mix: Mix, isClass: boolean): TrafficAction {
  const makers: Record<ActionKind, () => TrafficAction> = {
    read: () => read(world, random),
    answer: () => answer(world, random, isClass),
    page: () => page(world, random),
    boards: () => boards(random),
    signIn: () => signIn(random, crowd, mix),
    administer: () => administer(world, random),
    probe: () => probe(random),
    nuisance: () => bother(random),
  };
  return makers[random.weighted(isClass ? actionsWithClass(mix) : mix.actions)]();
}

function signIn(random: SeededRandom, crowd: Crowd, mix: Mix): TrafficAction {
  const kind = random.weighted(mix.signIns);
  const number = crowd.draw(kind, random.next());
  return {
    name: `sign-in of ${number}, ${kind}`,
    cost: 3,
    serialKey: kind === 'refused' ? 'refused' : `person ${number}`,
    run: async (session) => void (await crowd.signIn(session, number, kind)),
  };
}

async function prepare(session: TrafficSession, world: World, crowd: Crowd, options: ProfileOptions): Promise<void> {
  await learnQuestions(world, session);
  const numbers = Array.from({ length: crowd.size }, (_, number) => number);
  await Promise.all(numbers.map((number) => crowd.signIn(session, number, 'returning')));
  await enterAdmin(session, world, options.google);
}

/** The first administrator of the data set; where the database holds another truth, the administrator only lists. */
async function enterAdmin(session: TrafficSession, world: World, google: GoogleStandIn): Promise<void> {
  const actor = 'administrator';
  const person = inventPeople().find(({ isAdmin }) => isAdmin);
  if (person === undefined) return;
  const { googleId: id, givenName, familyName, email } = person;
  await google.put({ id, givenName, familyName, email });
  const start = await session.ask({ actor, group: 'auth', what: 'sign-in start', method: 'GET', path: '/api/auth/google' });
  const location = start?.headers['location'];
  if (typeof location !== 'string') return;
  const path = await google.consent(location, id);
  const callback = await session.ask({ actor, group: 'auth', what: 'administrator sign-in', method: 'GET', path });
  const target = callback?.headers['location'];
  const token = typeof target === 'string' ? new URL(target).searchParams.get('token') : null;
  if (token === null) return;
  const claims = claimsOf(token);
  if (claims.isAdmin) world.admin = { userId: claims.sub, token };
}
