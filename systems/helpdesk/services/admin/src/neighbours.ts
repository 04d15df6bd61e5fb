/** The services that own users and tickets, asked on their internal ports. */
import { createServiceTokens } from '@banyan/identity';
import { createNeighbour, type Neighbour } from '@banyan/service';
import { agent, listedUser, ticketNumbers } from '@helpdesk/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ADMIN_SETTINGS, type AdminSettings } from './settings.ts';

/** What is shown of somebody is picked from it. */
const listed = z.object({ users: z.array(listedUser.strip()) });

export type ListedUser = z.output<typeof listedUser>;
export type TicketNumbers = z.output<typeof ticketNumbers>;

@Injectable()
export class Neighbours {
  private readonly users: Neighbour;
  private readonly tickets: Neighbour;

  constructor(@Inject(ADMIN_SETTINGS) { SERVICE_SECRET: secret, USER_URL, TICKET_URL }: AdminSettings) {
    const tokens = createServiceTokens({ service: 'admin', secret });
    this.users = createNeighbour({ service: 'user', url: USER_URL, tokens });
    this.tickets = createNeighbour({ service: 'ticket', url: TICKET_URL, tokens });
  }

  /** As the guard knows a caller: role and existence are those of this moment. Rejects when nobody can tell. */
  async caller(subject: unknown): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (typeof subject !== 'string') return undefined;
    const path = `/internal/users/${encodeURIComponent(subject)}`;
    const { status, body } = await this.users.ask(path);
    if (status === 404) return undefined;
    const { id, role } = agent.strip().parse(only200(status, body, path));
    return { sub: id, role, isAdmin: role === 'ADMIN' };
  }

  /** All of them, the newest first. */
  async listUsers(): Promise<ListedUser[]> {
    return listed.parse(await read(this.users, '/internal/users?order=createdAt.desc')).users;
  }

  async countTickets(): Promise<TicketNumbers> {
    return ticketNumbers.parse(await read(this.tickets, '/internal/tickets/statistics'));
  }
}

async function read(neighbour: Neighbour, path: string): Promise<unknown> {
  const { status, body } = await neighbour.ask(path);
  return only200(status, body, path);
}

function only200(status: number, body: unknown, path: string): unknown {
  if (status !== 200) throw new Error(`${path} was answered with ${status}`);
  return body;
}
