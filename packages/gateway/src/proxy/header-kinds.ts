/** What becomes of a header field by its name: one look-up per field, remembered per spelling, with a bound. */

export const HeaderKind = {
  forward: 0,
  drop: 1,
  connection: 2,
  host: 3,
  contentLength: 4,
  transferEncoding: 5,
  expect: 6,
  authorization: 7,
  traceId: 8,
  traceParent: 9,
  userAgent: 10,
  forwarded: 11,
  upgrade: 12,
  location: 13,
  contentType: 14,
} as const;

export type HeaderKind = (typeof HeaderKind)[keyof typeof HeaderKind];

/** Fields that concern one connection only and are never passed on (RFC 9110, 7.6.1). */
const hopByHop = ['keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'http2-settings'];

const requestKinds: Record<string, HeaderKind> = {
  connection: HeaderKind.connection,
  host: HeaderKind.host,
  'content-length': HeaderKind.contentLength,
  'transfer-encoding': HeaderKind.transferEncoding,
  expect: HeaderKind.expect,
  authorization: HeaderKind.authorization,
  'x-trace-id': HeaderKind.traceId,
  traceparent: HeaderKind.traceParent,
  'user-agent': HeaderKind.userAgent,
  'x-forwarded-for': HeaderKind.forwarded,
  'x-forwarded-proto': HeaderKind.forwarded,
  'x-forwarded-host': HeaderKind.forwarded,
  'x-forwarded-port': HeaderKind.forwarded,
  'x-real-ip': HeaderKind.forwarded,
  forwarded: HeaderKind.forwarded,
  upgrade: HeaderKind.upgrade,
  trailer: HeaderKind.drop,
};

const answerKinds: Record<string, HeaderKind> = {
  connection: HeaderKind.connection,
  'content-length': HeaderKind.contentLength,
  'transfer-encoding': HeaderKind.transferEncoding,
  'x-trace-id': HeaderKind.traceId,
  location: HeaderKind.location,
  'content-type': HeaderKind.contentType,
  upgrade: HeaderKind.upgrade,
};

/** Spellings remembered; beyond it names are looked up anew each time. */
const spellingsMax = 2_000;

export type KindOf = (name: string) => HeaderKind;

/** @param identityHeaders names, or prefixes ending in `*`, that a client may not set; `_` counts as `-` */
export function createRequestKinds(identityHeaders: readonly string[]): KindOf {
  const names = new Set(identityHeaders.filter((name) => !name.endsWith('*')).map(normal));
  const prefixes = identityHeaders.filter((name) => name.endsWith('*')).map((name) => normal(name.slice(0, -1)));
  return remember((name) => {
    const plain = normal(name);
    if (names.has(plain) || prefixes.some((prefix) => plain.startsWith(prefix))) return HeaderKind.drop;
    return kindIn(requestKinds, name);
  });
}

export const answerKindOf: KindOf = remember((name) => kindIn(answerKinds, name));

function kindIn(kinds: Record<string, HeaderKind>, name: string): HeaderKind {
  const lower = name.toLowerCase();
  if (hopByHop.includes(lower)) return HeaderKind.drop;
  return Object.hasOwn(kinds, lower) ? kinds[lower]! : HeaderKind.forward;
}

function remember(look: KindOf): KindOf {
  const kindsBySpelling = new Map<string, HeaderKind>();
  return (name) => {
    const known = kindsBySpelling.get(name);
    if (known !== undefined) return known;
    const kind = look(name);
    if (kindsBySpelling.size < spellingsMax) kindsBySpelling.set(name, kind);
    return kind;
  };
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
