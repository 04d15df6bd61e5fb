/** Turns what a control request or a form says about a person into a Person, or says what is wrong with it. */
import { StandinsError } from '../errors.ts';
import type { Person } from './people.ts';

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '' && value.length <= 200;
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

const checks: Record<Exclude<keyof Person, 'id'>, (value: unknown) => boolean> = {
  givenName: isText,
  familyName: (value) => value === null || isText(value),
  email: (value) => isText(value) && value.includes('@'),
  hasPhoto: isFlag,
  consents: isFlag,
};

/** A whole person; throws STANDINS_PERSON_INVALID naming the fields that are wrong. */
export function readPerson(id: string, input: unknown): Person {
  if (!/^[\w.@-]{1,100}$/.test(id))
    throw new StandinsError('STANDINS_PERSON_INVALID', `"${id}" cannot be an id: letters, digits, . _ @ - only.`);
  const fields = { familyName: null, hasPhoto: true, consents: true, ...readFields(input) };
  if (fields.givenName === undefined || fields.email === undefined) {
    throw new StandinsError('STANDINS_PERSON_INVALID', `${id} needs a givenName and an email.`);
  }
  return { id, ...fields, givenName: fields.givenName, email: fields.email };
}

/** Some fields of a person; an absent one stays absent. */
export function readFields(input: unknown): Partial<Omit<Person, 'id'>> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new StandinsError('STANDINS_PERSON_INVALID', 'The body is not a JSON object.');
  }
  const given = Object.entries(input).filter(([name, value]) => name !== 'id' && value !== undefined);
  const wrong = given.filter(([name, value]) => !(Object.hasOwn(checks, name) && checks[name as keyof typeof checks](value)));
  if (wrong.length > 0) {
    const shown = wrong.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ');
    throw new StandinsError('STANDINS_PERSON_INVALID', `Not usable: ${shown}.`);
  }
  return Object.fromEntries(given);
}
