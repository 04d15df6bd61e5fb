/** Who has an account: found by id or by e-mail address, added, renamed, bounded in number. */
import { StandinsError } from '../errors.ts';
import { inventedPeople, type Person } from './people.ts';

export interface Directory {
  list(): readonly Person[];
  /** By id, or by e-mail address as `login_hint` carries it. */
  find(idOrEmail: string): Person | undefined;
  /** Adds the person, or replaces the one with this id. Throws STANDINS_FULL beyond the limit. */
  put(person: Person): void;
  /** Changes some fields. Throws STANDINS_PERSON_UNKNOWN when nobody has this id. */
  change(id: string, fields: Partial<Omit<Person, 'id'>>): Person;
  /** An id that nobody has yet. */
  freshId(): string;
}

export function createDirectory(peopleMax: number): Directory {
  const peopleById = new Map(inventedPeople.map((person) => [person.id, person]));
  const idsByEmail = new Map(inventedPeople.map((person) => [person.email, person.id]));
  let lastId = 2000;

  function put(person: Person): void {
    const before = peopleById.get(person.id);
    if (before === undefined && peopleById.size >= peopleMax) {
      throw new StandinsError('STANDINS_FULL', `${person.id} cannot be added: there are ${peopleMax} people already.`);
    }
    if (before !== undefined && idsByEmail.get(before.email) === before.id) idsByEmail.delete(before.email);
    peopleById.set(person.id, person);
    idsByEmail.set(person.email, person.id);
  }

  return {
    list: () => [...peopleById.values()],
    find: (idOrEmail) => peopleById.get(idOrEmail) ?? peopleById.get(idsByEmail.get(idOrEmail) ?? ''),
    put,
    change(id, fields) {
      const before = peopleById.get(id);
      if (before === undefined) throw new StandinsError('STANDINS_PERSON_UNKNOWN', `Nobody has the id "${id}".`);
      const after = { ...before, ...fields };
      put(after);
      return after;
    },
    freshId() {
      do lastId += 1;
      while (peopleById.has(String(lastId)));
      return String(lastId);
    },
  };
}
