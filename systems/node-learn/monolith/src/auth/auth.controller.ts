/** Sign-in with Google, and who the token says you are. */
import { Controller, Get, Inject, Query, Res, UnauthorizedException, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { ENVIRONMENT, type Environment } from '../environment.ts';
import { UsersService } from '../users/users.service.ts';
import { SignedIn } from './current-user.ts';
import { GoogleClient } from './google.client.ts';
import { TokenGuard } from './token.guards.ts';
import { type CurrentUser, TokenService } from './token.service.ts';

@Controller('auth')
export class AuthController {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly google: GoogleClient,
    private readonly users: UsersService,
    private readonly tokens: TokenService,
  ) {}

  @Get('google')
  startSignIn(@Res() response: Response): void {
    this.sendToGoogle(response);
  }

  @Get('google/callback')
  async finishSignIn(
    @Res() response: Response,
    @Query('code') code?: string,
    @Query('error') error?: string,
    @Query('error_description') description?: string,
  ): Promise<void> {
    if (error === 'access_denied') throw new UnauthorizedException();
    if (error) throw new Error(`Google reports ${error}: ${description ?? 'no description'}`);
    if (!code) return this.sendToGoogle(response);
    const user = await this.users.signIn(await this.google.profileOf(code));
    response.redirect(`${this.environment.frontendUrl}/auth/callback?token=${this.tokens.issue(user)}`);
  }

  @Get('profile')
  @UseGuards(TokenGuard)
  profile(@SignedIn() user: CurrentUser): CurrentUser {
    return { id: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin };
  }

  private sendToGoogle(response: Response): void {
    response.status(302).set({ Location: this.google.authorizeUrl(), 'Content-Length': '0' }).end();
  }
}
