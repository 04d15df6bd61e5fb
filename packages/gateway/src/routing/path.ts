/** One canonical form of a request's path, in which routes are matched, so that no spelling of a path escapes its route. */

const percent = 37;
const dot = 46;
const slash = 47;

/**
 * The path of a request target in canonical form: without query, lower case, percent-encoded unreserved characters decoded,
 * backslashes and repeated slashes folded, no trailing slash. Undefined means refused: not a path, a fragment, or dot segments
 * in any spelling, which no client sends and which upstreams resolve differently.
 *
 * The target itself is forwarded as the client wrote it: the answer (an Express 404 names the path) stays the upstream's own,
 * while the choice of route, hold and owner is made on the form that the most lenient upstream would see.
 */
export function canonicalPath(target: string): string | undefined {
  if (target.charCodeAt(0) !== slash) return undefined;
  const query = target.indexOf('?');
  const end = query === -1 ? target.length : query;
  let upper = false;
  for (let at = 0; at < end; at++) {
    const code = target.charCodeAt(at);
    if (code === slash) {
      const next = target.charCodeAt(at + 1);
      if (next === slash || next === dot) return unusualPath(target.slice(0, end));
    } else if (code === percent || code === 92 || code === 35) return unusualPath(target.slice(0, end));
    else if ((code > 64 && code < 91) || code > 126) upper = true;
  }
  const path = target.slice(0, end > 1 && target.charCodeAt(end - 1) === slash ? end - 1 : end);
  return upper ? path.toLowerCase() : path;
}

/** The same path with encoded slashes taken for real ones: the second reading some upstreams have, tried when the first matches nothing. */
export function withSlashesDecoded(path: string): string | undefined {
  if (!path.includes('%2f') && !path.includes('%5c')) return undefined;
  return fold(path.replaceAll(/%2f|%5c/g, '/'));
}

function unusualPath(path: string): string | undefined {
  if (path.includes('#')) return undefined;
  const decoded = path
    .replaceAll(/%[0-9a-fA-F]{2}/g, decodeUnreserved)
    .replaceAll('\\', '/')
    .toLowerCase();
  const everySlash = decoded.replaceAll(/%2f|%5c/g, '/');
  if (everySlash.split('/').some((segment) => segment === '.' || segment === '..')) return undefined;
  return fold(decoded);
}

function decodeUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : encoded;
}

function fold(path: string): string {
  const folded = path.replaceAll(/\/{2,}/g, '/');
  return folded.length > 1 && folded.endsWith('/') ? folded.slice(0, -1) : folded;
}
