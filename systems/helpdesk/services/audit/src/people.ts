/** Who somebody is now, as the user service says: whoever asks, and whoever an entry names. */
import { randomUUID } from 'node:crypto';
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import { type AskedService, askService } from '@banyan/service';
import { userRef } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AUDIT_SETTINGS, type AuditSettings } from './settings.ts';

const answerWithinMs = 1_000;
/** Of one question; more are asked for in turns. */
const idsMax = 500;

/** How somebody is shown beside what they did. */
export type Person = Omit<z.output<typeof userRef>, 'role'>;

const many = z.object({ users: z.array(userRef) });

@Injectable()
export class People {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(AUDIT_SETTINGS) private readonly settings: AuditSettings) {
    this.tokens = createServiceTokens({ service: 'audit', secret: settings.SERVICE_SECRET });
  }

  /** As the guard knows a caller: role and existence are those of this moment. Rejects when nobody answers within a second. */
  async caller(subject: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (typeof subject !== 'string') return undefined;
    const { status, body } = await askService(`/internal/users/${encodeURIComponent(subject)}`, this.asked());
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`The user service answered ${status}`);
    const { id, email, role } = userRef.parse(body);
    return { sub: id, email, role, isAdmin: role === 'ADMIN' };
  }

  /** By id. Who is not among them is gone, from the moment on in which nobody knows them any more: no copy of users says that. */
  async named(ids: Iterable<string>): Promise<ReadonlyMap<string, Person>> {
    const wanted = [...new Set(ids)];
    const people = new Map<string, Person>();
    for (let from = 0; from < wanted.length; from += idsMax) {
      const found = await this.findMany(wanted.slice(from, from + idsMax));
      for (const { id, email, firstName, lastName } of found) people.set(id, { id, email, firstName, lastName });
    }
    return people;
  }

  private async findMany(ids: readonly string[]): Promise<z.output<typeof many>['users']> {
    const change = { method: 'POST', body: { ids }, idempotencyKey: randomUUID() } as const;
    const { status, body } = await askService('/internal/users/batch', this.asked(), change);
    if (status !== 200) throw new Error(`The user service answered ${status}`);
    return many.parse(body).users;
  }

  private asked(): AskedService {
    return { service: 'user', url: this.settings.USER_URL, timeoutMs: answerWithinMs, tokens: this.tokens };
  }
}
