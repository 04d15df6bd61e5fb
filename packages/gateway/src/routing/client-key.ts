/** Who a request belongs to, for stickiness and own writes: the user of its token, else its address and agent. */

const tokensRemembered = 10_000;
const subjects = new Map<string, string | undefined>();

/** `u:<subject>` for a request with a bearer token (not verified: a wrong one only changes the bucket), else `a:<address>|<agent>`. */
export function clientKeyOf(authorization: string | undefined, address: string, userAgent: string): string {
  const subject = authorization === undefined ? undefined : subjectOfHeader(authorization);
  return subject === undefined ? `a:${address}|${userAgent.slice(0, 200)}` : `u:${subject}`;
}

/** The client key of the token in a redirect's query parameter. */
export function clientKeyOfLocation(location: string, parameter: string): string | undefined {
  const query = location.indexOf('?');
  if (query === -1) return undefined;
  const token = new URLSearchParams(location.slice(query + 1).split('#')[0]).get(parameter);
  const subject = token === null ? undefined : subjectOfToken(token);
  return subject === undefined ? undefined : `u:${subject}`;
}

function subjectOfHeader(authorization: string): string | undefined {
  if (subjects.has(authorization)) return subjects.get(authorization);
  const subject = /^bearer /i.test(authorization) ? subjectOfToken(authorization.slice(7).trim()) : undefined;
  if (subjects.size >= tokensRemembered) subjects.clear();
  subjects.set(authorization, subject);
  return subject;
}

function subjectOfToken(token: string): string | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined || payload.length > 8_192) return undefined;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: unknown } | null;
    const subject = claims?.sub;
    return typeof subject === 'string' || typeof subject === 'number' ? String(subject) : undefined;
  } catch {
    return undefined; // not a token: the client counts by address
  }
}
