/** The routes of administration. */
import { Body, Controller, Delete, Get, Param, Patch, UseGuards } from '@nestjs/common';
import { type CurrentUser, SignedIn } from '../auth/current-user.ts';
import { Roles, RolesGuard, TokenGuard } from '../auth/guards.ts';
import type { UserRole } from '../generated/schema/client.ts';
import { AdminService } from './admin.service.ts';

@Controller('admin')
@UseGuards(TokenGuard, RolesGuard)
@Roles('ADMIN')
export class AdminController {
  constructor(private readonly admin: AdminService) {}

  @Get('agents')
  @Roles('AGENT', 'ADMIN')
  agents() {
    return this.admin.agents();
  }

  @Get('users')
  users() {
    return this.admin.users();
  }

  @Get('dashboard/statistics')
  statistics() {
    return this.admin.statistics();
  }

  @Patch('users/:id/role')
  changeRole(@Param('id') id: string, @Body('role') role: UserRole | undefined) {
    return this.admin.changeRole(id, role);
  }

  @Delete('users/:id')
  removeUser(@Param('id') id: string, @SignedIn() user: CurrentUser) {
    return this.admin.removeUser(id, user.id);
  }
}
