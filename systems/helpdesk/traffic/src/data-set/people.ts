/** The people of the data set, some with odd names or addresses, and some who are gone. */
import { daysBeforeEnd, type Invention, toTime } from './invention.ts';
import type { Role, UserRow } from './rows.ts';

/** Everybody's, and the same for all: `helpdesk-demo`. */
export const demoPassword = 'helpdesk-demo';
const demoPasswordHash = '$argon2id$v=19$m=65536,t=3,p=4$aGVscGRlc2stZGVtby0wMA$WXLFExPOudceQG8Dqus8sSrKzjCNoVfiilSqKBdZs84';

const administrators = 4;
const usersPerScale = 60;
const goneUsers = 5;
const withNullNames = 6;
const withEmptyNames = 4;
const oldestDays = 400;
/** Everybody was there before the first ticket. */
const youngestDays = 181;

const givenNames = [
  'Aino', 'Bastian', 'Carola', 'Davit', 'Eirik', 'Fatou', 'Gitte', 'Hamid', 'Ilse', 'Jarek', 'Katya', 'Lorenz', 'Maren', 'Nuno', 'Oona',
  'Pelle', 'Quirin', 'Rana', 'Sorin', 'Tilda', 'Uwe', 'Vesna', 'Wim', 'Xenia', 'Yusuf', 'Zora',
] as const; // prettier-ignore
const familyNames = [
  'Abelard', 'Birkeland', 'Corvin', 'Dahlem', 'Eschbach', 'Fossum', 'Gruber', 'Hallstrom', 'Ilves', 'Jokinen', 'Karlsen', 'Lindahl',
  'Molnar', 'Nygaard', 'Ostrava', 'Pavlik', 'Quandt', 'Rosendal', 'Sauter', 'Tamm', 'Ulriksen', 'Varga', 'Wachter',
] as const; // prettier-ignore

export interface GoneUser {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly signedUpAt: number;
  readonly deletedAt: number;
}

/** The first four are administrators. Oldest first. */
export function inventUsers(invention: Invention, scale: number): UserRow[] {
  const count = usersPerScale * scale;
  return Array.from({ length: count }, (_, index) => {
    const givenName = givenNames[index % givenNames.length]!;
    const familyName = familyNames[(index * 7 + Math.floor(index / givenNames.length)) % familyNames.length]!;
    const at = toTime(daysBeforeEnd(youngestDays + (oldestDays - youngestDays) * (1 - index / count)));
    return {
      id: invention.id(),
      email: emailOf(index, givenName, familyName),
      password: demoPasswordHash,
      ...namesOf(index, givenName, familyName),
      createdAt: at,
      updatedAt: at,
      role: index < administrators ? 'ADMIN' : 'AGENT',
    };
  });
}

/** Two differ only in case, one has three letters before the @. */
function emailOf(index: number, givenName: string, familyName: string): string {
  if (index === 20) return 'twin@helpdesk.test';
  if (index === 21) return 'Twin@helpdesk.test';
  if (index === 22) return 'abc@helpdesk.test';
  const number = index < usersPerScale ? '' : `.${Math.floor(index / usersPerScale)}`;
  return `${givenName}.${familyName}${number}@helpdesk.test`.toLowerCase();
}

function namesOf(index: number, firstName: string, lastName: string): Pick<UserRow, 'firstName' | 'lastName'> {
  const odd = index % usersPerScale;
  if (odd >= 30 && odd < 30 + withNullNames) return { firstName: null, lastName: null };
  if (odd >= 40 && odd < 40 + withEmptyNames) return { firstName: '', lastName: '' };
  return { firstName, lastName };
}

/** Those whose rows are gone, and whose traces are not. */
export function inventGoneUsers(invention: Invention): GoneUser[] {
  return Array.from({ length: goneUsers }, (_, index) => ({
    id: invention.id(),
    email: `gone.${index + 1}@helpdesk.test`,
    role: index === 0 ? 'ADMIN' : 'AGENT',
    signedUpAt: daysBeforeEnd(youngestDays + 10 * index),
    deletedAt: daysBeforeEnd(30 + 5 * index),
  }));
}
