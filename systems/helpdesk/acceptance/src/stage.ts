// What a scenario works with: people and tickets of its own, made through the system's own doors and taken away again.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type AcceptanceTarget, checkEqual, eventually, type HttpAnswer, type ReceivedMail, ScenarioFailure } from '@banyan/proof';
import { type AuditEvent, type Comment, type Role, type TicketCore, type TicketView } from './bodies.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface SignUpFields {
  readonly email?: string;
  readonly password?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

export interface QueuedMail {
  readonly subject: string;
  readonly sent: boolean;
  readonly attempts: number;
}

/** Until what follows from a request is there: the monolith's mailer sends two mails in a second, and others wait as well. */
export const followsWithinMs = 50_000;

export class Stage {
  readonly target: AcceptanceTarget;
  readonly #people: Person[] = [];
  readonly #tickets: { readonly id: string; readonly title?: string }[] = [];

  constructor(target: AcceptanceTarget) {
    this.target = target;
  }

  get client() {
    return this.target.client;
  }

  freshEmail(): string {
    return `acceptance-${randomBytes(6).toString('hex')}@example.test`;
  }

  /** Somebody who has just signed up, an AGENT like everybody. */
  async person(fields: SignUpFields = {}): Promise<Person> {
    const asked = { email: this.freshEmail(), password: 'correct horse', ...fields };
    const answer = await this.client.post('/auth/signup', asked);
    checkEqual(answer.status, 201, `sign-up of ${asked.email}: ${answer.text}`);
    return this.keep(asked, answer);
  }

  people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, () => this.person()));
  }

  /** To be taken away at the end: whoever an answered sign-up made. */
  keep({ email, password }: { email: string; password: string }, answer: HttpAnswer): Person {
    const { user, token } = answer.json() as { user: { id: string }; token: string };
    const person = { id: user.id, email, password, token };
    this.#people.push(person);
    return person;
  }

  /** An administrator of this scenario alone. */
  async administrator(): Promise<Person> {
    const person = await this.person();
    checkEqual((await this.changeRole(person, 'ADMIN')).status, 200, 'promotion');
    return person;
  }

  async changeRole({ id }: Person, role: Role): Promise<HttpAnswer> {
    const { token } = await firstAdministrator(this.target);
    return this.client.request('PATCH', `/admin/users/${id}/role`, { json: { role }, token });
  }

  /** By an administrator who is none of this scenario's. */
  async removeUser(id: string): Promise<HttpAnswer> {
    return this.client.request('DELETE', `/admin/users/${id}`, { token: (await firstAdministrator(this.target)).token });
  }

  async ticket(owner: Person, fields: { title?: string; description?: string } = {}): Promise<TicketCore> {
    const answer = await this.client.post(
      '/tickets',
      { title: `Acceptance ${randomBytes(3).toString('hex')}`, description: 'It does not work.', ...fields },
      { token: owner.token },
    );
    checkEqual(answer.status, 201, `create a ticket: ${answer.text}`);
    return this.keepTicket(answer.json() as TicketCore);
  }

  /** Its history is taken away at the end. */
  keepTicket<Ticket extends { readonly id: string; readonly title?: string }>(ticket: Ticket): Ticket {
    this.#tickets.push(ticket);
    return ticket;
  }

  patch(path: string, json: unknown, { token }: Person): Promise<HttpAnswer> {
    return this.client.request('PATCH', path, { json, token });
  }

  delete(path: string, { token }: Person): Promise<HttpAnswer> {
    return this.client.request('DELETE', path, { token });
  }

  get(path: string, reader: Person): Promise<HttpAnswer> {
    return this.client.get(path, { token: reader.token });
  }

  /** The body of a GET that must answer 200. */
  async ok<Body>(path: string, reader: Person): Promise<Body> {
    const answer = await this.get(path, reader);
    checkEqual(answer.status, 200, `GET ${path}: ${answer.text.slice(0, 200)}`);
    return answer.json() as Body;
  }

  setStatus(id: string, status: string, by: Person): Promise<HttpAnswer> {
    return this.patch(`/tickets/${id}`, { status }, by);
  }

  async assign(id: string, assignee: Person | null, by: Person): Promise<void> {
    const answer = await this.patch(`/tickets/${id}/assign`, { assignedToUserId: assignee?.id ?? null }, by);
    checkEqual(answer.status, 200, `assign: ${answer.text}`);
  }

  async comment(ticketId: string, body: string, by: Person, isInternal = false): Promise<Comment> {
    const answer = await this.client.post(`/tickets/${ticketId}/comments`, { body, isInternal }, { token: by.token });
    checkEqual(answer.status, 201, `comment: ${answer.text}`);
    return answer.json() as Comment;
  }

  view(id: string, reader: Person): Promise<TicketView> {
    return this.ok(`/tickets/${id}`, reader);
  }

  history(id: string, reader: Person): Promise<AuditEvent[]> {
    return this.ok(`/tickets/${id}/audit`, reader);
  }

  async idsOf(path: string, reader: Person): Promise<string[]> {
    return (await this.ok<{ id: string }[]>(path, reader)).map(({ id }) => id);
  }

  /** Whoever may log in with these. */
  logIn({ email, password }: { email: string; password: string }): Promise<HttpAnswer> {
    return this.client.post('/auth/login', { email, password });
  }

  /** The queue of mails to one recipient, oldest first, as its owner has it. */
  queued(to: string): Promise<QueuedMail[]> {
    return this.target.control.sql<QueuedMail>(
      'email_outbox',
      `select subject, sent, attempts from email_outbox where "to" = $1 order by "createdAt"`,
      [to],
    );
  }

  /** These and no others have been queued, in the end. */
  async mailsAre(to: string, subjects: readonly string[]): Promise<void> {
    await eventually(
      async () =>
        checkEqual(
          (await this.queued(to)).map(({ subject }) => subject),
          subjects,
          `mails to ${to}`,
        ),
      {
        timeoutMs: followsWithinMs,
      },
    );
  }

  /** The first mail with this subject that has really arrived. */
  async delivered(to: string, subject: string): Promise<ReceivedMail> {
    return eventually(
      async () => {
        const mail = (await this.target.mail.to(to)).find((one) => one.subject === subject);
        if (mail === undefined) throw new ScenarioFailure(`no mail "${subject}" has arrived for ${to}`);
        return mail;
      },
      { timeoutMs: followsWithinMs },
    );
  }

  /** Takes away what the scenario made: people with their tickets, and what outlives them. */
  async leave(): Promise<void> {
    const { control } = this.target;
    for (const { id } of this.#people) await this.removeUser(id);
    const entities = [...this.#people.map(({ id }) => id), ...this.#tickets.map(({ id }) => id)];
    await control.sql('audit_events', `delete from audit_events where "entityId" = any($1)`, [entities]);
    await control.sql('email_outbox', `delete from email_outbox where "to" = any($1) or subject = any($2)`, [
      this.#people.map(({ email }) => email),
      this.#tickets.map(({ title }) => `New Ticket: ${title}`),
    ]);
  }
}

const administrators = new WeakMap<AcceptanceTarget, Promise<Person>>();

/** The same for the whole run; the first one of a system can only be made in its database. */
function firstAdministrator(target: AcceptanceTarget): Promise<Person> {
  let administrator = administrators.get(target);
  if (administrator === undefined) administrators.set(target, (administrator = makeAdministrator(target)));
  return administrator;
}

async function makeAdministrator(target: AcceptanceTarget): Promise<Person> {
  const stage = new Stage(target);
  const person = await stage.person();
  await target.control.sql('users', `update users set role = 'ADMIN' where id = $1`, [person.id]);
  target.leftovers.push(async () => {
    await forgetActor(target, person.id);
    await target.control.sql('users', 'delete from users where id = $1', [person.id]);
    await target.control.sql('audit_events', `delete from audit_events where "entityId" = $1`, [person.id]);
    await target.control.sql('email_outbox', `delete from email_outbox where "to" = $1`, [person.email]);
  });
  return person;
}

const looks = 5;
const lookEveryMs = 200;

/** Whoever is deleted in the database tells nobody: entries of what they did, also those that are still on their way, lose their name here. */
async function forgetActor({ control }: AcceptanceTarget, id: string): Promise<void> {
  for (let quiet = 0; quiet < looks; quiet += 1) {
    const found = await control.sql('audit_events', 'update audit_events set "actorId" = null where "actorId" = $1 returning id', [id]);
    if (found.length > 0) quiet = 0;
    await pause(lookEveryMs);
  }
}
