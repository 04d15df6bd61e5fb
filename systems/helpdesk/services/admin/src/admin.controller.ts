/** Who there is and how many tickets, as the monolith answers it. */
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Statistics } from './dashboard/statistics.ts';
import { Neighbours } from './neighbours.ts';

@Controller('admin')
export class AdminController {
  constructor(
    @Inject(Neighbours) private readonly neighbours: Neighbours,
    @Inject(Statistics) private readonly statistics: Statistics,
  ) {}

  @Get('agents')
  async agents(): Promise<object[]> {
    const users = await this.neighbours.listUsers();
    return users.map(({ id, email, firstName, lastName, role }) => ({ id, email, firstName, lastName, role }));
  }

  @Get('users')
  users(): Promise<object[]> {
    return this.neighbours.listUsers();
  }

  @Get('dashboard/statistics')
  async numbers(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const { numbers, isDegraded } = await this.statistics.read();
    if (isDegraded) void reply.header('x-degraded', 'stats-cached');
    return numbers;
  }
}
