/** The routes of accounts, as the monolith answers them. */
import type { RequestOfCaller } from '@banyan/nest';
import { Body, Controller, Get, Inject, Post, Req, UnauthorizedException } from '@nestjs/common';
import { WhoIs } from '../directory/who-is.ts';
import { ChangePasswordBody, ForgotPasswordBody, LogInBody, ResetPasswordBody, SignUpBody } from './accounts.dto.ts';
import { Accounts } from './accounts.ts';

@Controller('auth')
export class AccountsController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(WhoIs) private readonly whoIs: WhoIs,
  ) {}

  @Post('signup')
  signUp(@Body() body: SignUpBody): Promise<object> {
    return this.accounts.signUp(body);
  }

  @Post('login')
  logIn(@Body() body: LogInBody): Promise<object> {
    return this.accounts.logIn(body);
  }

  @Post('forgot-password')
  async forgotPassword(@Body() { email }: ForgotPasswordBody): Promise<object> {
    await this.accounts.requestReset(email);
    return { message: 'If the email exists, a reset link has been sent' };
  }

  @Post('reset-password')
  async resetPassword(@Body() { token, newPassword }: ResetPasswordBody): Promise<object> {
    await this.accounts.resetPassword(token, newPassword);
    return { message: 'Password reset successful' };
  }

  @Post('change-password')
  async changePassword(@Req() { callerId }: RequestOfCaller, @Body() body: ChangePasswordBody): Promise<object> {
    await this.accounts.changePassword(String(callerId), body);
    return { message: 'Password changed successfully' };
  }

  /** New: the monolith has no such route. */
  @Get('me')
  async me(@Req() { callerId }: RequestOfCaller): Promise<object> {
    const user = await this.whoIs.find(callerId);
    if (user === undefined) throw new UnauthorizedException();
    return user;
  }
}
