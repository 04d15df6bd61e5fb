// People come in: they sign up, log in, and forget their passwords.
import { setTimeout as delay } from 'node:timers/promises';
import { type MailStandIn, type SeededRandom, type TrafficAction, type TrafficSession } from '@banyan/proof';
import { demoPassword } from '../data-set/people.ts';
import { get } from './tickets.ts';
import { at, expecting, type SignedIn, type World } from './world.ts';

type Parts = { readonly world: World; readonly random: SeededRandom };

/** What the front end waits before it leads from the sign-up to the log-in. */
const readingMs = 1_500;
const mailTimeoutMs = 30_000;

/** Signs up, is told so, logs in, and sees an empty list. */
export function join({ world }: Parts, email: string): TrafficAction {
  return {
    name: `${email} signs up`,
    cost: 3,
    run: async (session) => {
      const password = `password of ${email}`;
      let id: string | undefined;
      const answer = await session.ask({
        actor: email,
        group: 'auth',
        what: 'sign-up',
        method: 'POST',
        path: '/auth/signup',
        body: { email, password, firstName: 'New', lastName: '' },
        facts: { email },
        judge: (reply) => {
          id = reply.status === 201 ? (reply.json as { user?: { id?: string } } | undefined)?.user?.id : undefined;
          return { ...expecting(201)(reply), ...(id !== undefined && { facts: { userId: id } }) };
        },
      });
      if (answer?.status !== 201 || id === undefined) return;
      await delay(readingMs);
      const signedIn = await logIn(session, email, password);
      if (signedIn === undefined) return;
      await session.ask(get('tickets', 'list', '/tickets', signedIn));
      world.newcomers.push({ ...signedIn, password, role: 'AGENT' });
    },
  };
}

/** Of the data set. */
export function logInAgain({ world, random }: Parts): TrafficAction {
  const who = random.next();
  return {
    name: `agent ${who}: logs in`,
    cost: 1,
    run: async (session) => void (await logIn(session, at(world.agents, who)?.email ?? '', demoPassword)),
  };
}

export async function logIn(session: TrafficSession, email: string, password: string): Promise<SignedIn | undefined> {
  const answer = await session.ask({
    actor: email,
    group: 'auth',
    what: 'log-in',
    method: 'POST',
    path: '/auth/login',
    body: { email, password },
    judge: expecting(201),
  });
  if (answer?.status !== 201) return undefined;
  const { user, token } = answer.json as { user: { id: string }; token: string };
  return { id: user.id, email, token };
}

/** Asks for a link, reads it in the mail, chooses another password, logs in with it. */
export function forgetPassword({ world, random }: Parts, mail: MailStandIn): TrafficAction {
  const whom = random.next();
  return {
    name: `newcomer ${whom}: forgets the password`,
    cost: 3,
    serialKey: 'newcomers',
    run: async (session) => {
      const newcomer = at(world.newcomers, whom);
      if (newcomer === undefined) return;
      const { email } = newcomer;
      const before = (await mail.to(email)).length;
      const post = (what: string, path: string, body: object) =>
        session.ask({ actor: email, group: 'auth', what, method: 'POST', path, body, facts: { email }, judge: expecting(201) });
      const asked = await post('forgot password', '/auth/forgot-password', { email });
      const token = asked?.status === 201 ? await linkIn(mail, email, before) : undefined;
      if (token === undefined) return;
      const newPassword = `${newcomer.password}!`;
      const reset = await post('reset password', '/auth/reset-password', { token, newPassword });
      if (reset?.status !== 201) {
        // Nobody can say which password holds.
        world.newcomers.splice(world.newcomers.indexOf(newcomer), 1);
        return;
      }
      newcomer.password = newPassword;
      await logIn(session, email, newPassword);
    },
  };
}

/** Undefined when none comes: the mail server may be in trouble. */
async function linkIn(mail: MailStandIn, email: string, before: number): Promise<string | undefined> {
  for (const deadline = performance.now() + mailTimeoutMs; performance.now() < deadline; await delay(100)) {
    const texts = (await mail.to(email)).slice(before).map(({ text }) => text);
    const token = texts.map((text) => /token=([0-9a-f]{64})/.exec(text)?.[1]).find((one) => one !== undefined);
    if (token !== undefined) return token;
  }
  return undefined;
}
