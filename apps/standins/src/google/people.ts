/** The invented people who have an account at the Google stand-in. */

export interface Person {
  /** What Google calls `sub`. */
  readonly id: string;
  readonly givenName: string;
  /** Null: the user-info answer has no `family_name`. */
  readonly familyName: string | null;
  readonly email: string;
  /** False: the user-info answer has no `picture`. */
  readonly hasPhoto: boolean;
  /** False: choosing this person answers `error=access_denied`. */
  readonly consents: boolean;
}

/** Everybody who is there when the stand-in starts: ids `1001` to `1012`; three of them are odd on purpose. */
export const inventedPeople: readonly Person[] = [
  person('1001', 'Ada', 'Lindqvist'),
  person('1002', 'Bruno', 'Okafor'),
  person('1003', 'Chiyo', 'Marlowe'),
  person('1004', 'Darya', 'Fontaine'),
  person('1005', 'Emre', 'Castellan'),
  person('1006', 'Freya', 'Nakamura'),
  person('1007', 'Gael', 'Thornbury'),
  person('1008', 'Hana', 'Velasquez'),
  person('1009', 'Ivo', 'Sandoval'),
  person('1010', 'Juno', 'Blank', { hasPhoto: false }),
  person('1011', 'Mono', null),
  person('1012', 'Nadia', 'Verweigert', { consents: false }),
];

function person(id: string, givenName: string, familyName: string | null, odd: Partial<Person> = {}): Person {
  const email = `${[givenName, familyName].filter(Boolean).join('.').toLowerCase()}@example.test`;
  return { id, givenName, familyName, email, hasPhoto: true, consents: true, ...odd };
}

/** The name a human reads: given and family name, or the given name alone. */
export function fullName(person: Person): string {
  return person.familyName === null ? person.givenName : `${person.givenName} ${person.familyName}`;
}
