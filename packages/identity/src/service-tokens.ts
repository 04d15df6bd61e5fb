/** Short-lived HS256 tokens by which the services of one system show each other who asks. */
import { readBearerToken } from './bearer.ts';
import { createTokens } from './tokens.ts';

export type ServiceVerification = { readonly ok: true; readonly service: string } | { readonly ok: false };

export interface ServiceTokens {
  /** A token with which this service may ask another one for at least half a minute. */
  issue(audience: string): Promise<string>;
  /** Who asks with this token; not ok for a token that is not good now, or that was made to ask another service. Never throws. */
  verify(token: string): Promise<ServiceVerification>;
  /** Who asks with the token of this Authorization header; not ok without one. Never throws. */
  verifyBearer(authorization: string | undefined): Promise<ServiceVerification>;
}

export interface ServiceTokensOptions {
  /** The name of this service. */
  readonly service: string;
  /** Shared by the services and by nobody else, so not the secret of user tokens. At least 32 bytes. */
  readonly secret: string | undefined;
  /** Milliseconds since 1970. Default: the clock of this machine. */
  readonly now?: () => number;
}

const lifetimeSeconds = 60;
const reuseMs = 30_000;
/** Of no token of a user, whatever secret it is signed with. */
const kind = 'service+jwt';

/** Throws IDENTITY_SECRET_MISSING or IDENTITY_SECRET_WEAK. */
export function createServiceTokens({ service, secret, now = Date.now }: ServiceTokensOptions): ServiceTokens {
  const tokens = createTokens({ secret, lifetimeSeconds, kind, now });
  const issued = new Map<string, { readonly token: string; readonly atMs: number }>();
  const verify: ServiceTokens['verify'] = async (token) => {
    const verification = await tokens.verify(token);
    if (!verification.ok) return { ok: false };
    const { iss, aud, exp } = verification.claims;
    return typeof iss === 'string' && iss !== '' && aud === service && typeof exp === 'number' ? { ok: true, service: iss } : { ok: false };
  };
  return {
    issue: async (audience) => {
      const [last, atMs] = [issued.get(audience), now()];
      if (last !== undefined && Math.abs(atMs - last.atMs) < reuseMs) return last.token;
      const token = await tokens.sign({ iss: service, aud: audience });
      issued.set(audience, { token, atMs });
      return token;
    },
    verify,
    verifyBearer: (authorization) => verify(readBearerToken(authorization) ?? ''),
  };
}
