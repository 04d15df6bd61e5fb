// Searches what programs leave behind for values that must not be in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What must not be found, by what it is: `{ 'the e-mail address': 'kanarina@…' }`. */
export type KnownValues = Readonly<Record<string, string>>;

/** One line for each value in each text, also where it is percent-encoded or in base64. */
export function findLeaks(texts: Readonly<Record<string, string>>, known: KnownValues): string[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    Object.entries(known).flatMap(([what, value]) => {
      const at = spellingsOf(value)
        .map((spelling) => text.indexOf(spelling))
        .find((place) => place >= 0);
      return at === undefined ? [] : [`${name} has ${what}: …${text.slice(Math.max(0, at - 80), at)}`];
    }),
  );
}

function spellingsOf(value: string): string[] {
  const encoded = encodeURIComponent(value);
  return [value, encoded, encodeURIComponent(encoded), Buffer.from(value).toString('base64').replace(/=+$/, '')];
}

/** The files of a folder, by name. */
export function readFolder(directory: string): Record<string, string> {
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(directory, name), 'utf8')]));
}
