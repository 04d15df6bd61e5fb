/** Keeps the people who sign in: one row per Google account, however many sign-ins arrive at once. */
import { throughConnectionLoss } from '@banyan/service';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, type Repository } from 'typeorm';
import type { GoogleProfile } from '../google/google-client.ts';
import { User } from './user.entity.ts';

export type SignedInUser = Pick<User, 'id' | 'email' | 'name' | 'isAdmin'>;

/** The database refuses writes: another program owns the users now. */
export class UsersNotWritable extends Error {}

@Injectable()
export class Users {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /**
   * Creates the user at the first sign-in; later ones refresh email, name and picture, and leave the row alone when nothing changed.
   * Throws UsersNotWritable behind a fence, and the database's error when the email belongs to another Google account.
   * May be sent twice when the connection is lost, with the same result.
   */
  async signIn({ googleId, email, name, picture }: GoogleProfile): Promise<SignedInUser> {
    try {
      const rows = await throughConnectionLoss(() => this.users.query<SignedInUser[]>(signInStatement, [googleId, email, name, picture]));
      const user = rows[0];
      if (user === undefined) throw new Error('The user was deleted while signing in');
      return user;
    } catch (error) {
      if (isRefusedWrite(error)) throw new UsersNotWritable('The users may not be written here now', { cause: error });
      throw error;
    }
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.users.query('select 1');
  }
}

/**
 * One statement. Sign-ins of one Google account take turns (the lock ends with the statement); one that waited finds the row
 * of the one before through `on conflict`, although its own snapshot is older. A known user draws no id from the sequence.
 */
const signInStatement = `
  with turn as materialized (
    select pg_advisory_xact_lock(hashtextextended('users.google_id:' || $1, 0))
  ), known as (
    select users.id, users.is_admin from turn, users where google_id = $1
  ), refreshed as (
    update users set email = $2, name = $3, picture = $4
    from known
    where users.id = known.id and (users.email, users.name, users.picture) is distinct from ($2, $3, $4)
    returning users.id, users.is_admin
  ), added as (
    insert into users (google_id, email, name, picture, is_admin)
    select $1, $2, $3, $4, false from turn where not exists (select from known)
    on conflict (google_id) do update set email = excluded.email, name = excluded.name, picture = excluded.picture
    returning id, is_admin
  )
  select id, $2 as email, $3 as name, is_admin as "isAdmin"
  from (select * from refreshed union all select * from added union all select * from known) as user_of_sign_in
  limit 1`;

/** SQLSTATE 25006, read_only_sql_transaction: what the fence of a cutover answers. */
function isRefusedWrite(error: unknown): boolean {
  return error instanceof QueryFailedError && (error.driverError as { code?: string }).code === '25006';
}
