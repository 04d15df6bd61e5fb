// The invented people of the traffic: their Google accounts, and their way in through the whole redirect chain.
import { type GoogleStandIn, judgeByStatus, type Judgement, type TrafficAnswer, type TrafficSession } from '@banyan/proof';
import { inventPeople } from '../data-set/people.ts';
import { type SignInKind } from './mix.ts';
import { type SignedIn, type World } from './world.ts';

const givenNames = ['Ada', 'Bo', 'Cleo', 'Dev', 'Edda', 'Finn', 'Gwen', 'Hugo', 'Iris', 'Jona', 'Kaya', 'Lior', 'Maja'] as const;
const familyNames = ['Albers', 'Brandt', 'Castro', 'Dorn', 'Eklund', 'Farrow', 'Gallo', 'Hale', 'Ivers', 'Jansen', 'Klein'] as const;
const learners = inventPeople().filter(({ isAdmin }) => !isAdmin);

interface Member {
  readonly id: string;
  readonly givenName: string;
  readonly baseName: string;
  email: string;
  /** Renamed ones carry it in their name, so that the last acknowledged one can be told from those before. */
  serial: number;
  /** After a sign-in whose outcome is unknown nobody knows what still happens to the row: the person stays away. */
  isGone: boolean;
  isKnownToGoogle: boolean;
}

export interface Crowd {
  /** Chooses who comes; depends on random numbers and earlier choices only. */
  draw(kind: SignInKind, fraction: number): number;
  /** Signs a member in; for `renamed` under a new name and email. */
  signIn(session: TrafficSession, number: number, kind: SignInKind): Promise<SignedIn | undefined>;
  /** Members there have been so far. */
  readonly size: number;
}

export interface CrowdOptions {
  readonly google: GoogleStandIn;
  readonly world: World;
  readonly seed: number;
  /** Makes names of this run different from those of another with the same seed. */
  readonly run: string;
  /** People from the start. */
  readonly initial: number;
}

export function createCrowd({ google, world, seed, run, initial }: CrowdOptions): Crowd {
  const members: Member[] = [];
  const join = () => members.push(memberOf(members.length, seed, run)) - 1;
  while (members.length < initial) join();
  const refusing = { ...memberOf(0, seed, run), id: `traffic-${seed}-refuses`, email: `refuses-${seed}@traffic.test` };
  return {
    get size() {
      return members.length;
    },
    draw: (kind, fraction) => (kind === 'new' ? join() : Math.floor(fraction * members.length)),
    signIn: async (session, number, kind) => {
      const member = kind === 'refused' ? refusing : members[number];
      if (member === undefined || member.isGone) return undefined;
      if (kind === 'renamed') rename(member, run);
      if (kind === 'renamed' || !member.isKnownToGoogle) await introduce(google, member, run, kind !== 'refused');
      const result = await walk(session, google, member, `${member.givenName} ${familyNameOf(member, run)}`);
      if (result.outcome === 'unknown') {
        member.isGone = true;
        world.signedIn.delete(number);
      }
      if (result.signedIn !== undefined) world.signedIn.set(number, result.signedIn);
      return result.signedIn;
    },
  };
}

/** The first ones are learners of the data set, who have a history; later ones are made up. */
function memberOf(number: number, seed: number, run: string): Member {
  const fresh = { serial: 0, isGone: false, isKnownToGoogle: false };
  const learner = learners[number];
  if (learner !== undefined)
    return { id: learner.googleId, givenName: learner.givenName, baseName: learner.familyName, email: learner.email, ...fresh };
  const id = `traffic-${seed}-${number}`;
  const [givenName, baseName] = [givenNames[number % givenNames.length]!, familyNames[number % familyNames.length]!];
  return { id, givenName, baseName, email: `${id}.${run}@traffic.test`, ...fresh };
}

function familyNameOf({ baseName, serial }: Member, run: string): string {
  return serial === 0 ? baseName : `${baseName}-${run}-${serial}`;
}

function rename(member: Member, run: string): void {
  member.serial += 1;
  member.email = `${member.id}.${run}.${member.serial}@traffic.test`;
}

async function introduce(google: GoogleStandIn, member: Member, run: string, consents: boolean): Promise<void> {
  const { id, givenName, email } = member;
  await google.put({ id, givenName, familyName: familyNameOf(member, run), email, consents });
  member.isKnownToGoogle = true;
}

interface Walked {
  readonly outcome: Judgement['outcome'];
  readonly signedIn?: SignedIn;
}

/** Start, consent at Google, callback, and what the front end does next: ask who one is. */
async function walk(session: TrafficSession, google: GoogleStandIn, member: Member, name: string): Promise<Walked> {
  const actor = member.id;
  const start = await session.ask({
    actor,
    group: 'auth',
    what: 'sign-in start',
    method: 'GET',
    path: '/api/auth/google',
    judge: judgeByStatus(302),
  });
  const location = start?.status === 302 ? start.headers['location'] : undefined;
  if (typeof location !== 'string') return { outcome: 'refused' };
  const path = await google.consent(location, member.id);
  let judgement: Judgement = { outcome: 'unknown', ok: false };
  let token: string | undefined;
  await session.ask({
    actor,
    group: 'auth',
    what: path.includes('error=') ? 'sign-in refused' : 'sign-in',
    method: 'GET',
    path,
    headers: cookieOf(start),
    facts: {
      googleId: member.id,
      name,
      email: member.email,
      picturePath: `/avatars/${member.id}.svg`,
    },
    judge: (answer) => {
      token = tokenOf(answer);
      return (judgement = judgeCallback(answer, path, token));
    },
  });
  if (token === undefined) return { outcome: judgement.outcome };
  return { outcome: 'done', signedIn: await lookInTheMirror(session, actor, token) };
}

function tokenOf(answer: TrafficAnswer): string | undefined {
  const location = answer.headers['location'];
  if (answer.status !== 302 || typeof location !== 'string') return undefined;
  return new URL(location).searchParams.get('token') ?? undefined;
}

/** A redirect without a token (back to Google, say) leaves open whether the row was written. */
function judgeCallback(answer: TrafficAnswer, path: string, token: string | undefined): Judgement {
  if (path.includes('error=')) return judgeByStatus(401)(answer);
  if (token !== undefined) return { outcome: 'done', ok: true, facts: { userId: claimsOf(token).sub } };
  return answer.status < 400 ? { outcome: 'unknown', ok: false } : judgeByStatus(302)(answer);
}

/** The profile must say what the token says, whoever answers it. */
async function lookInTheMirror(session: TrafficSession, actor: string, token: string): Promise<SignedIn> {
  const { sub: id, email, name, isAdmin } = claimsOf(token);
  await session.ask({
    actor,
    group: 'auth',
    what: 'profile',
    method: 'GET',
    path: '/api/auth/profile',
    token,
    judge: (answer) => {
      const judgement = judgeByStatus(200)(answer);
      return { ...judgement, ok: judgement.ok && answer.text === JSON.stringify({ id, email, name, isAdmin }) };
    },
  });
  return { userId: id, token };
}

function cookieOf(answer: TrafficAnswer | undefined): Record<string, string> {
  const cookie = [answer?.headers['set-cookie']].flat()[0]?.split(';')[0];
  return cookie === undefined ? {} : { cookie };
}

export function claimsOf(token: string): { sub: number; email: string; name: string; isAdmin: boolean } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as ReturnType<typeof claimsOf>;
}
