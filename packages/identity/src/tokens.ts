/** Issues and verifies the HMAC tokens that the programs of one system share. */
import { CompactSign, compactVerify, errors } from 'jose';
import { secretToKey } from './secret.ts';

/** What a token says about its user. Written in this key order, then `iat` and `exp`. */
export interface UserClaims {
  readonly sub: number;
  readonly email: string;
  readonly name: string;
  readonly isAdmin: boolean | null;
}

/** What a verified token says. Only its signature and its times were checked: every claim may be absent or odd. */
export type VerifiedClaims = Readonly<Record<string, unknown>>;

/** `malformed` is not a token of three parts, or too long; `algorithm` anything but what is accepted; `kind` made for something else; `early` before its `nbf`. */
export type Refusal = 'malformed' | 'algorithm' | 'forged' | 'kind' | 'expired' | 'early';

export type Verification = { readonly ok: true; readonly claims: VerifiedClaims } | { readonly ok: false; readonly reason: Refusal };

/** Longer ones are malformed before anything of them is read; Node takes no more than 16 kB of headers. */
export const tokenCharactersMax = 8_192;

export interface Tokens {
  /** A token that is good from now for the lifetime. */
  issue(user: UserClaims): Promise<string>;
  /** The same with claims of any kind, then `iat` and `exp`. */
  sign(claims: VerifiedClaims): Promise<string>;
  /** Never throws: a token that is not good is an expected outcome. */
  verify(token: string): Promise<Verification>;
}

export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

export interface TokensOptions {
  /** At least 32 bytes. Throws IDENTITY_SECRET_MISSING or IDENTITY_SECRET_WEAK otherwise. */
  readonly secret: string | undefined;
  /** Seconds between `iat` and `exp`. Default 604,800 (7 days). */
  readonly lifetimeSeconds?: number;
  /** What the header says the token is, so that one kind is never taken for another. Default `JWT`, which may also be left out. */
  readonly kind?: string;
  /** Those that are accepted, where the program it shares tokens with takes them as well. Issued are HS256. Default: HS256 alone. */
  readonly accepts?: readonly HmacAlgorithm[];
  /** Milliseconds since 1970. Default: the clock of this machine. */
  readonly now?: () => number;
}

const week = 604_800;
/** Tokens whose signature is not computed again: a user asks many times with the same one, a service for half a minute. */
const knownMax = 1_000;
const algorithm = 'HS256';
const plainKind = 'JWT';
const tokenShape = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export function createTokens(options: TokensOptions): Tokens {
  const { secret, lifetimeSeconds = week, kind = plainKind, accepts = [algorithm], now = Date.now } = options;
  const key = secretToKey(secret);
  const seconds = () => Math.floor(now() / 1000);
  const known = new Map<string, Verification>();
  const sign = (claims: VerifiedClaims) => {
    const iat = seconds();
    const payload = JSON.stringify({ ...claims, iat, exp: iat + lifetimeSeconds });
    return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: algorithm, typ: kind }).sign(key);
  };
  return {
    issue: ({ sub, email, name, isAdmin }) => sign({ sub, email, name, isAdmin }),
    sign,
    async verify(token) {
      const opened = known.get(token) ?? (await open(token, key, kind, accepts));
      if (!opened.ok) return opened;
      remember(token, opened, known);
      return inTime({ ...opened.claims }, seconds()); // whoever gets them may not change what is remembered
    },
  };
}

/** A signature that was good stays good; the times are looked at again with each verification. The oldest ones are forgotten. */
function remember(token: string, opened: Verification, known: Map<string, Verification>): void {
  if (known.has(token)) return;
  if (known.size >= knownMax) known.delete(known.keys().next().value!);
  known.set(token, opened);
}

async function open(token: string, key: Uint8Array, kind: string, accepts: readonly HmacAlgorithm[]): Promise<Verification> {
  if (token.length > tokenCharactersMax || !tokenShape.test(token)) return { ok: false, reason: 'malformed' };
  try {
    const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: [...accepts] });
    if (!isOfKind(protectedHeader.typ, kind)) return { ok: false, reason: 'kind' };
    const claims: unknown = parseJson(new TextDecoder().decode(payload));
    if (claims === null) return { ok: false, reason: 'malformed' };
    return { ok: true, claims: typeof claims === 'object' ? (claims as VerifiedClaims) : {} };
  } catch (error) {
    return { ok: false, reason: refusalOf(error) };
  }
}

/** Without regard to case, as RFC 7515 has it. */
function isOfKind(typ: string | undefined, kind: string): boolean {
  return typ === undefined ? kind === plainKind : typ.toLowerCase() === kind.toLowerCase();
}

/** A signed text that is not JSON is a payload without claims. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'forged';
  if (error instanceof errors.JOSEError) return 'malformed';
  throw error;
}

/** A token without `exp` never expires; a time that is not a number is refused. */
function inTime(claims: VerifiedClaims, second: number): Verification {
  const { nbf, exp } = claims;
  if (nbf !== undefined && typeof nbf !== 'number') return { ok: false, reason: 'malformed' };
  if (exp !== undefined && typeof exp !== 'number') return { ok: false, reason: 'malformed' };
  if (nbf !== undefined && nbf > second) return { ok: false, reason: 'early' };
  if (exp !== undefined && second >= exp) return { ok: false, reason: 'expired' };
  return { ok: true, claims };
}
