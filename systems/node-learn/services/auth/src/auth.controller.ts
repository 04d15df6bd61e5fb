/** The three routes of auth, as the monolith answers them. */
import type { Tokens } from '@banyan/identity';
import { redirectLikeExpress, redirectWithoutBody, type RequestOfCaller } from '@banyan/nest';
import { Controller, Get, Inject, Query, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { crashPoint } from './crash-points.ts';
import { GoogleClient } from './google/google-client.ts';
import { createSignInState, forgetSignInState, isSignInState } from './google/sign-in-state.ts';
import { AUTH_SETTINGS, type AuthSettings } from './settings.ts';
import { Users } from './users/users.ts';

/** For injection: issues tokens. */
export const TOKENS = Symbol('tokens');

interface CallbackQuery {
  readonly code?: string;
  readonly error?: string;
  readonly error_description?: string;
  readonly state?: string;
}

@Controller('auth')
export class AuthController {
  constructor(
    @Inject(AUTH_SETTINGS) private readonly settings: AuthSettings,
    @Inject(TOKENS) private readonly tokens: Tokens,
    @Inject(GoogleClient) private readonly google: GoogleClient,
    @Inject(Users) private readonly users: Users,
  ) {}

  @Get('google')
  startSignIn(@Res() reply: FastifyReply): void {
    this.sendToGoogle(reply);
  }

  @Get('google/callback')
  async finishSignIn(@Query() query: CallbackQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (query.error === 'access_denied') throw new UnauthorizedException();
    if (query.error) throw new Error(`Google reports ${query.error}: ${query.error_description ?? 'no description'}`);
    if (!query.code) return this.sendToGoogle(reply);
    this.checkState(request, query, reply);
    const profile = await this.google.profileOf(query.code);
    crashPoint('auth.callback.before-write');
    const user = await this.users.signIn(profile);
    crashPoint('auth.callback.written');
    const token = await this.tokens.issue({ sub: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin });
    crashPoint('auth.callback.before-answer');
    redirectLikeExpress(request, reply, `${this.settings.FRONTEND_URL}/auth/callback?token=${token}`);
  }

  /** As told by the token alone. */
  @Get('profile')
  profile(@Req() { caller = {} }: RequestOfCaller): object {
    const { sub: id, email, name, isAdmin } = caller;
    return { id, email, name, isAdmin };
  }

  private sendToGoogle(reply: FastifyReply): void {
    if (!this.settings.FLAGS.has('auth.oauthState')) return void redirectWithoutBody(reply, this.google.authorizeUrl());
    const { state, cookie } = createSignInState(this.settings.GOOGLE_CALLBACK_URL);
    void redirectWithoutBody(reply.header('set-cookie', cookie), this.google.authorizeUrl(state));
  }

  private checkState(request: FastifyRequest, query: CallbackQuery, reply: FastifyReply): void {
    if (!this.settings.FLAGS.has('auth.oauthState')) return;
    if (!isSignInState(request.headers.cookie, query.state)) throw new UnauthorizedException('The sign-in was begun in another browser');
    void reply.header('set-cookie', forgetSignInState(this.settings.GOOGLE_CALLBACK_URL));
  }
}
