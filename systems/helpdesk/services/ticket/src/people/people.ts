/** How people are shown beside what they did: by the copy of users, and, for who is not in it yet, by one look-up at their owner. */
import { TRANSACTIONS } from '@banyan/nest';
import type { Transactions } from '@banyan/outbox';
import { Inject, Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { Database } from '../database.ts';
import { addPeople } from './rows.ts';
import { type Person, type PersonWithTimes, UserService } from './user-service.ts';

@Injectable()
export class People {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TRANSACTIONS) private readonly transactions: Transactions<PoolClient>,
    @Inject(UserService) private readonly users: UserService,
  ) {}

  /** By id, without those whom nobody knows. */
  async named(ids: Iterable<string>): Promise<ReadonlyMap<string, Person>> {
    const wanted = [...new Set(ids)];
    const known = await this.database.rows.person.findMany({ where: { id: { in: wanted } } });
    const people = new Map<string, Person>();
    for (const { isDeleted, role, ...shown } of known)
      if (!isDeleted) people.set(shown.id, { ...shown, role: role === 'ADMIN' ? 'ADMIN' : 'AGENT' });
    const missing = wanted.filter((id) => !known.some((one) => one.id === id));
    for (const found of await Promise.all(missing.map((id) => this.lookUp(id)))) if (found !== undefined) people.set(found.id, found);
    return people;
  }

  /** As the guard knows a caller, by the copy alone: for as long as their owner does not answer. */
  async callerHere(id: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    const known = typeof id === 'string' ? await this.database.rows.person.findUnique({ where: { id } }) : null;
    return known === null || known.isDeleted
      ? undefined
      : { sub: known.id, email: known.email, role: known.role, isAdmin: known.role === 'ADMIN' };
  }

  /** As their owner has them now, with the times that the copy does not have; by id, without those whom nobody knows. */
  async withTimes(ids: readonly string[]): Promise<ReadonlyMap<string, PersonWithTimes>> {
    const found = await this.users.findMany([...new Set(ids)]);
    await this.transactions.run(({ native }) => addPeople(native, found));
    return new Map(found.map((one) => [one.id, one]));
  }

  private async lookUp(id: string): Promise<Person | undefined> {
    const found = await this.users.find(id);
    if (found !== undefined) await this.transactions.run(({ native }) => addPeople(native, [found]));
    return found;
  }
}
