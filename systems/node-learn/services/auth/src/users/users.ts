/** Keeps the people who sign in: one row per Google account, however many sign-ins arrive at once, and tells who came. */
import { randomUUID } from 'node:crypto';
import { OUTBOX, TRANSACTIONS } from '@banyan/nest';
import type { Outbox, Transactions } from '@banyan/outbox';
import { readSnapshotPage, type SnapshotPage, throughConnectionLoss } from '@banyan/service';
import { idToText } from '@node-learn/contracts';
import { userAuthenticated, userCreated } from '@node-learn/contracts/events';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, QueryFailedError, type Repository } from 'typeorm';
import type { GoogleProfile } from '../google/google-client.ts';
import { User } from './user.entity.ts';

type SignedInUser = Pick<User, 'id' | 'email' | 'name' | 'isAdmin'>;

interface SignInRow extends SignedInUser {
  readonly picture: string | null;
  readonly createdAt: Date | null;
  readonly firstLogin: boolean;
}

/** The source in the envelopes of this service's events. */
export const authSource = '/node-learn/auth';

@Injectable()
export class Users {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<EntityManager>,
    @Inject(OUTBOX) private readonly outbox: Outbox<typeof userCreated | typeof userAuthenticated>,
  ) {}

  /**
   * Creates the user at the first sign-in; later ones refresh email, name and picture, and leave the row alone when nothing changed. Tells it once.
   * Throws the database's error behind a fence, and when the email belongs to another Google account.
   * Is done again when the connection is lost, with the same result: its events keep their ids.
   */
  async signIn(profile: GoogleProfile): Promise<SignedInUser> {
    const eventIds = { created: randomUUID(), authenticated: randomUUID() };
    try {
      return await throughConnectionLoss(() => this.attempt(profile, eventIds));
    } catch (error) {
      // An earlier attempt, whose end nobody heard, has told it.
      if (isToldAlready(error)) return this.attempt(profile, undefined);
      throw error;
    }
  }

  /** Newest first. */
  async listAll(): Promise<User[]> {
    return this.users.find({ order: { createdAt: 'DESC' } });
  }

  /** Undefined when there is no such user. */
  async find(id: number): Promise<User | undefined> {
    return (await this.users.findOneBy({ id })) ?? undefined;
  }

  /** One page of what services that keep a copy of the users need. */
  async refs(after: string): Promise<SnapshotPage> {
    const rows = `select id::text as key, json_build_object('userId', id::text, 'name', name) as data from users`;
    return this.transactions.run(({ session }) => readSnapshotPage(session, { rows, source: authSource, after }));
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.users.query('select 1');
  }

  private attempt({ googleId, email, name, picture }: GoogleProfile, eventIds: EventIds | undefined): Promise<SignedInUser> {
    return this.transactions.run(async ({ native }) => {
      const [user] = await native.query<SignInRow[]>(signInStatement, [googleId, email, name, picture]);
      if (user === undefined) throw new Error('The user was deleted while signing in');
      if (eventIds !== undefined) this.tell(user, eventIds);
      return { id: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin };
    });
  }

  private tell({ id, email, name, picture, isAdmin, createdAt, firstLogin }: SignInRow, eventIds: EventIds): void {
    const now = new Date();
    const person = { userId: idToText(id), email, name, picture, isAdmin: isAdmin ?? false };
    if (firstLogin) this.outbox.publish(userCreated, { ...person, createdAt: (createdAt ?? now).toISOString() }, { id: eventIds.created });
    const signedIn = { ...person, provider: 'google' as const, firstLogin, authenticatedAt: now.toISOString() };
    this.outbox.publish(userAuthenticated, signedIn, { id: eventIds.authenticated });
  }
}

/** The same for every attempt at one sign-in. */
interface EventIds {
  readonly created: string;
  readonly authenticated: string;
}

/** SQLSTATE 23505, unique_violation, of the outbox. */
function isToldAlready(error: unknown): boolean {
  const cause = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  const { code, constraint } = cause as { code?: string; constraint?: string };
  return code === '23505' && constraint === 'outbox_event_id_key';
}

/**
 * One statement. Sign-ins of one Google account take turns (the lock ends with the statement); one that waited finds the row
 * of the one before through `on conflict`, although its own snapshot is older. A known user draws no id from the sequence.
 */
const signInStatement = `
  with turn as materialized (
    select pg_advisory_xact_lock(hashtextextended('users.google_id:' || $1, 0))
  ), known as (
    select users.id, users.is_admin, users.created_at from turn, users where google_id = $1
  ), refreshed as (
    update users set email = $2, name = $3, picture = $4
    from known
    where users.id = known.id and (users.email, users.name, users.picture) is distinct from ($2, $3, $4)
    returning users.id
  ), added as (
    insert into users (google_id, email, name, picture, is_admin)
    select $1, $2, $3, $4, false from turn where not exists (select from known)
    on conflict (google_id) do update set email = excluded.email, name = excluded.name, picture = excluded.picture
    returning id, is_admin, created_at, xmax = 0 as first_login
  )
  select id, $2 as email, $3 as name, $4 as picture, is_admin as "isAdmin", created_at as "createdAt", first_login as "firstLogin"
  from (select * from added union all select id, is_admin, created_at, false from known) as user_of_sign_in
  limit 1`;
