/** Asks the user service who somebody is now, on its internal port. */
import { randomUUID } from 'node:crypto';
import { createServiceTokens, type ServiceTokens } from '@banyan/identity';
import {
  type AnswerOfService,
  type AskedService,
  askService,
  type Change,
  readPageFromService,
  report,
  type SnapshotPage,
} from '@banyan/service';
import { userRef } from '@helpdesk/contracts';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { TICKET_SETTINGS, type TicketSettings } from '../settings.ts';

const answerWithinMs = 1_000;
const pageWithinMs = 10_000;

/** How somebody is shown beside what they did. */
export type Person = z.output<typeof userRef>;

const personWithTimes = userRef.extend({ createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() });
export type PersonWithTimes = z.output<typeof personWithTimes>;

const many = z.object({ users: z.array(personWithTimes) });
const page = z.object({
  entries: z.array(z.object({ key: z.string(), sequence: z.string(), data: userRef })),
  next: z.string().exactOptional(),
});

@Injectable()
export class UserService {
  private readonly tokens: ServiceTokens;

  constructor(@Inject(TICKET_SETTINGS) private readonly settings: TicketSettings) {
    this.tokens = createServiceTokens({ service: 'ticket', secret: settings.SERVICE_SECRET });
  }

  /** As the guard knows a caller: role and existence are those of this moment. Rejects when nobody answers within a second. */
  async caller(subject: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    const known = typeof subject === 'string' ? await this.find(subject) : undefined;
    return known === undefined ? undefined : { sub: known.id, email: known.email, role: known.role, isAdmin: known.role === 'ADMIN' };
  }

  /** Undefined when there is no such user. */
  async find(id: string): Promise<Person | undefined> {
    const { status, body } = await this.ask(`/internal/users/${encodeURIComponent(id)}`);
    return status === 404 ? undefined : userRef.parse(body);
  }

  /** Those that there are, with their times. At most 500. */
  async findMany(ids: readonly string[]): Promise<PersonWithTimes[]> {
    const asked = { method: 'POST', body: { ids }, idempotencyKey: randomUUID() } as const;
    return many.parse((await this.ask('/internal/users/batch', asked)).body).users;
  }

  readPage(after: string): Promise<SnapshotPage> {
    return readPageFromService('/internal/users/refs', after, page, this.at(pageWithinMs));
  }

  /** Answers 200 or 404. Rejects with 503 when it does not answer, or something else. */
  private async ask(path: string, change?: Change): Promise<AnswerOfService> {
    const answer = await askService(path, this.at(answerWithinMs), change).catch((cause: Error) => unavailable(cause));
    if (answer.status === 200 || answer.status === 404) return answer;
    return unavailable(new Error(`The user service answered ${answer.status}`));
  }

  private at(timeoutMs: number): AskedService {
    return { service: 'user', url: this.settings.USER_URL, timeoutMs, tokens: this.tokens };
  }
}

/** Clients are told no more; the log has the cause. */
function unavailable(cause: Error): never {
  report('warn', 'ticket.user-service.away', 'The user service did not answer', { reason: cause.message });
  throw new HttpException({ statusCode: 503, message: 'Service Unavailable' }, 503, { cause });
}
