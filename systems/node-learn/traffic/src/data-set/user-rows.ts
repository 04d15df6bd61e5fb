/** The people as users: ids follow the guest's, dates of first sign-ins rise with them. */
import { daysBeforeEnd } from './calendar.ts';
import type { InventedPerson } from './people.ts';
import type { Random } from './random.ts';
import type { UserRow } from './rows.ts';

export const guestId = 1;
const communityAgeDays = 400;

export function peopleToRows(people: readonly InventedPerson[], avatarBaseUrl: string, random: Random): UserRow[] {
  return people.map((person, index) => {
    const ageDays = communityAgeDays * (1 - index / people.length) + random.next();
    return {
      id: guestId + 1 + index,
      google_id: person.googleId,
      email: person.email,
      name: `${person.givenName} ${person.familyName}`,
      picture: `${avatarBaseUrl}/avatars/${person.googleId}.svg`,
      is_admin: person.isAdmin,
      created_at: daysBeforeEnd(ageDays),
      updated_at: daysBeforeEnd(ageDays * random.next()),
    };
  });
}
