/** Google's side of a sign-in: the page to send people to, and who came back with a code. */
import { stringify } from 'node:querystring';
import { Inject, Injectable } from '@nestjs/common';
import { ENVIRONMENT, type Environment, type GoogleSettings } from '../environment.ts';
import type { GoogleProfile } from '../users/users.service.ts';

const timeoutMs = 10_000;

interface UserInfo {
  readonly sub: string;
  readonly email?: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly picture?: string;
}

@Injectable()
export class GoogleClient {
  private readonly settings: GoogleSettings;

  constructor(@Inject(ENVIRONMENT) environment: Environment) {
    this.settings = environment.google;
  }

  authorizeUrl(): string {
    const { authorizeUrl, callbackUrl, clientId } = this.settings;
    const query = stringify({ response_type: 'code', redirect_uri: callbackUrl, scope: 'email profile', client_id: clientId });
    return `${authorizeUrl}${authorizeUrl.includes('?') ? '&' : '?'}${query}`;
  }

  /** Exchanges the code, which works once, for the profile of the person. Throws when Google refuses or cannot be reached. */
  async profileOf(code: string): Promise<GoogleProfile> {
    const accessToken = await this.exchange(code);
    const info = await fetchJson<UserInfo>(this.settings.userInfoUrl, { headers: { Authorization: `Bearer ${accessToken}` } });
    if (!info.sub || !info.email || !info.picture) throw new Error('The Google profile lacks an id, an email or a picture');
    return {
      googleId: info.sub,
      email: info.email,
      name: `${info.given_name} ${info.family_name}`,
      picture: info.picture,
    };
  }

  private async exchange(code: string): Promise<string> {
    const { tokenUrl, clientId, clientSecret, callbackUrl } = this.settings;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: callbackUrl,
      client_id: clientId,
      client_secret: clientSecret,
      code,
    });
    const answer = await fetchJson<{ access_token?: string }>(tokenUrl, { method: 'POST', body });
    if (!answer.access_token) throw new Error('Google answered without an access token');
    return answer.access_token;
  }
}

async function fetchJson<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  return (await response.json()) as T;
}
