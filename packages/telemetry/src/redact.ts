/** Takes tokens, codes, passwords and e-mail addresses out of text before it is written anywhere. */

const replacements: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic)\s+[\w\-.~+/=]+/gi, '$1 [token]'],
  [/\b(ya29\.|4\/0A|4%2F0A)[\w\-.%]+/g, '[token]'],
  [/([?&](?:token|access_token|id_token|code|client_secret|state|password|secret)=)[^&\s"'\\]+/gi, '$1[redacted]'],
  [/("(?:password|secret|client_secret|access_token|id_token|token|authorization|cookie|set-cookie)":")(?:[^"\\]|\\.)*/gi, '$1[redacted]'],
  [/(\w+:\/\/[^:@/\s"]+:)[^@/\s"]+@/g, '$1[redacted]@'],
  // What PostgreSQL repeats of a value that it refuses.
  [/(invalid input (?:syntax|value) for (?:type|enum) [\w .]+: \\?")(?:[^"\\]|\\[^n])*/g, '$1[value]'],
  [/(\bvalue \\?")(?:[^"\\]|\\[^n"])*(\\?" is out of range)/g, '$1[value]$2'],
  [/(Key \([^()]*\)=\()[^()]*\)/g, '$1[value])'],
  // Also percent-encoded, as in a path.
  [/[\w.!#$%'*+^`{|}~-]+(?:@|%(?:25)*40)[\w-]+(?:\.[\w-]+)+/gi, '[e-mail]'],
];

/**
 * The text without JSON web tokens, bearer credentials, OAuth codes and secrets in query strings or JSON fields,
 * passwords in URLs, and e-mail addresses. Works on whole JSON log lines and leaves them valid JSON.
 */
export function redact(text: string): string {
  return replacements.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}
