/** The routes by which administrators change users, as the monolith answers them. */
import type { RequestOfCaller } from '@banyan/nest';
import { Body, Controller, Delete, Inject, Param, Patch, Req } from '@nestjs/common';
import { Users } from './users.ts';

@Controller('admin/users')
export class AdministrationController {
  constructor(@Inject(Users) private readonly users: Users) {}

  @Patch(':id/role')
  changeRole(@Param('id') id: string, @Body('role') role: unknown, @Req() { callerId }: RequestOfCaller): Promise<object> {
    return this.users.changeRole(id, role, String(callerId));
  }

  @Delete(':id')
  async remove(@Param('id') id: string, @Req() { callerId }: RequestOfCaller): Promise<object> {
    await this.users.remove(id, String(callerId));
    return { message: 'User deleted successfully' };
  }
}
