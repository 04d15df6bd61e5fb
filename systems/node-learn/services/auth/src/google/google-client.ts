/** Google's side of a sign-in: the page to send people to, and who came back with a code. */
import { stringify } from 'node:querystring';
import { Inject, Injectable } from '@nestjs/common';
import { traceHeaders } from '@banyan/telemetry';
import { AUTH_SETTINGS, type AuthSettings } from '../settings.ts';

/** What is kept of a Google account. */
export interface GoogleProfile {
  readonly googleId: string;
  readonly email: string;
  readonly name: string;
  readonly picture: string;
}

const timeoutMs = 10_000;

interface UserInfo {
  readonly sub?: string;
  readonly email?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly picture?: string;
}

@Injectable()
export class GoogleClient {
  constructor(@Inject(AUTH_SETTINGS) private readonly settings: AuthSettings) {}

  authorizeUrl(state?: string): string {
    const { GOOGLE_AUTHORIZE_URL: url, GOOGLE_CALLBACK_URL, GOOGLE_CLIENT_ID } = this.settings;
    const query = { response_type: 'code', redirect_uri: GOOGLE_CALLBACK_URL, scope: 'email profile', client_id: GOOGLE_CLIENT_ID };
    return `${url}${url.includes('?') ? '&' : '?'}${stringify(state === undefined ? query : { ...query, state })}`;
  }

  /**
   * Exchanges the code, which works once, for the profile. Throws when Google refuses, cannot be reached in 10 s per request,
   * or tells of no picture. A person without a family name is called "<given name> undefined", as the monolith calls them.
   */
  async profileOf(code: string): Promise<GoogleProfile> {
    const accessToken = await this.exchange(code);
    const headers = { ...traceHeaders(), authorization: `Bearer ${accessToken}` };
    const {
      sub,
      email,
      picture,
      given_name: given,
      family_name: family,
    } = await fetchJson<UserInfo>(this.settings.GOOGLE_USERINFO_URL, { headers });
    if (!sub || !email || !picture) throw new Error('The Google profile lacks an id, an email or a picture');
    return { googleId: sub, email, name: `${given} ${family}`, picture };
  }

  private async exchange(code: string): Promise<string> {
    const { GOOGLE_TOKEN_URL, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GOOGLE_CALLBACK_URL } = this.settings;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: GOOGLE_CALLBACK_URL,
      client_id: GOOGLE_CLIENT_ID,
      client_secret: GOOGLE_CLIENT_SECRET,
      code,
    });
    const answer = await fetchJson<{ access_token?: string }>(GOOGLE_TOKEN_URL, { method: 'POST', body, headers: traceHeaders() });
    if (!answer.access_token) throw new Error('Google answered without an access token');
    return answer.access_token;
  }
}

async function fetchJson<Body>(url: string, init: RequestInit): Promise<Body> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  return (await response.json()) as Body;
}
