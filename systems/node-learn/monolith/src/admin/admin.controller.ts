/** The bank and the users, for administrators. */
import { Body, Controller, Delete, Get, Param, ParseIntPipe, Post, Put, UnauthorizedException, UseGuards } from '@nestjs/common';
import { SignedIn } from '../auth/current-user.ts';
import { OptionalTokenGuard } from '../auth/token.guards.ts';
import type { CurrentUser } from '../auth/token.service.ts';
import type { User } from '../users/user.entity.ts';
import { UsersService } from '../users/users.service.ts';
import type { AdminQuestion, CreateQuestion, UpdateQuestion } from './admin-question.ts';
import { AdminService } from './admin.service.ts';

@Controller('admin')
@UseGuards(OptionalTokenGuard)
export class AdminController {
  constructor(
    private readonly admin: AdminService,
    private readonly users: UsersService,
  ) {}

  @Get('questions')
  listQuestions(): Promise<AdminQuestion[]> {
    return this.admin.listQuestions();
  }

  @Post('questions')
  create(@Body() input: CreateQuestion, @SignedIn() user?: CurrentUser): Promise<AdminQuestion> {
    requireAdmin(user, 'create');
    return this.admin.create(input);
  }

  @Put('questions/:id')
  update(@Param('id', ParseIntPipe) id: number, @Body() input: UpdateQuestion, @SignedIn() user?: CurrentUser): Promise<AdminQuestion> {
    requireAdmin(user, 'update');
    return this.admin.update(id, input);
  }

  @Delete('questions/:id')
  delete(@Param('id', ParseIntPipe) id: number, @SignedIn() user?: CurrentUser): Promise<void> {
    requireAdmin(user, 'delete');
    return this.admin.delete(id);
  }

  @Get('users')
  listUsers(@SignedIn() user?: CurrentUser): Promise<User[]> {
    if (!user?.isAdmin) throw new UnauthorizedException('Admin access required');
    return this.users.listNewestFirst();
  }
}

function requireAdmin(user: CurrentUser | undefined, act: string): void {
  if (user === undefined) throw new UnauthorizedException(`User must be logged in to ${act} questions!`);
  if (!user.isAdmin) throw new UnauthorizedException('User has no admin privileges!');
}
