// The traffic of Helpdesk: who comes, how often, and what they do (specification, section 10).
import { type MailStandIn, type SeededRandom, type TrafficAction, type TrafficProfile, type TrafficSession } from '@banyan/proof';
import { createInvention } from '../data-set/invention.ts';
import { demoPassword, inventUsers } from '../data-set/people.ts';
import { agents, assign, dashboard, farewell, role, users } from './administrators.ts';
import { type ActionKind, loadFactor, type Mix } from './mix.ts';
import { forgetPassword, join, logIn, logInAgain } from './newcomers.ts';
import { bother } from './nuisances.ts';
import { burst, comment, comments, create, inbox, list, move, open, remove, view } from './tickets.ts';
import { createWorld, type Status, type World } from './world.ts';

export interface ProfileOptions {
  readonly mail: MailStandIn;
  readonly mix: Mix;
  readonly seed: number;
  /** Makes names of this run different from those of another with the same seed. */
  readonly run: string;
  /** Agents of the data set who are at work. Default 40. */
  readonly agents?: number;
}

const administratorsAtWork = 3;
const agentsAtWork = 40;
/** A log-in keeps a core busy for a tenth of a second. */
const logInsAtOnce = 4;

export function createHelpdeskProfile(options: ProfileOptions): TrafficProfile {
  const world = createWorld();
  const { mix, seed, run, mail } = options;
  let requests = 0;
  let serial = 0;
  const words = (what: string) => `${what} ${seed}-${run}-${(serial += 1)}`;
  return {
    prepare: (session) => prepare(session, world, options.agents ?? agentsAtWork),
    next: (random) => {
      const action = draw(random, world, mix, words, mail);
      const factor = loadFactor(mix, requests);
      requests += action.cost;
      // What is asked for counts less when much is asked.
      return factor === 1 ? action : { ...action, cost: action.cost / factor };
    },
  };
}

function draw(random: SeededRandom, world: World, mix: Mix, words: (what: string) => string, mail: MailStandIn): TrafficAction {
  const parts = { world, random };
  const makers: Record<ActionKind, () => TrafficAction> = {
    list: () => list(parts),
    open: () => open(parts),
    view: () => view(parts),
    comments: () => comments(parts),
    inbox: () => inbox(parts),
    move: () => move(parts),
    burst: () => burst(parts),
    comment: () => comment(parts, words('Remark')),
    create: () => create(parts, words('Ticket')),
    remove: () => remove(parts),
    assign: () => assign(parts),
    dashboard: () => dashboard(parts),
    users: () => users(parts),
    agents: () => agents(parts),
    logIn: () => logInAgain(parts),
    join: () => join(parts, `${words('newcomer').replaceAll(' ', '.')}@traffic.test`),
    forget: () => forgetPassword(parts, mail),
    role: () => role(parts),
    farewell: () => farewell(parts, words('Farewell')),
    nuisance: () => bother(parts),
  };
  return makers[random.weighted(mix.actions)]();
}

/** Those at work log in, and an administrator looks at all tickets. */
async function prepare(session: TrafficSession, world: World, agentCount: number): Promise<void> {
  const staff = inventUsers(createInvention(0), 1);
  const administrators = staff.filter(({ role }) => role === 'ADMIN').slice(0, administratorsAtWork);
  const atWork = staff.filter(({ role }) => role === 'AGENT').slice(0, agentCount);
  await enter(session, administrators, world.administrators);
  await enter(session, atWork, world.agents);
  const [administrator] = world.administrators;
  if (administrator === undefined) return;
  const answer = await session.ask({
    actor: administrator.id,
    group: 'tickets',
    what: 'list',
    method: 'GET',
    path: '/tickets?showAll=true',
    token: administrator.token,
  });
  const known = Array.isArray(answer?.json) ? (answer.json as { id: string; userId: string; status: Status }[]) : [];
  world.tickets.push(
    ...known.map(({ id, userId, status }) => ({ id, ownerId: userId, status })).sort((one, other) => (one.id < other.id ? -1 : 1)),
  );
}

/** In their order, whoever is answered first. */
async function enter(session: TrafficSession, people: readonly { readonly email: string }[], into: World['agents']): Promise<void> {
  for (let from = 0; from < people.length; from += logInsAtOnce) {
    const together = people.slice(from, from + logInsAtOnce).map(({ email }) => logIn(session, email, demoPassword));
    for (const signedIn of await Promise.all(together)) if (signedIn !== undefined) into.push(signedIn);
  }
}
