/** The invented people of the data set: two administrators and 38 learners; larger scales number further ones. */

export interface InventedPerson {
  /** What Google calls `sub`; digits, and past the ids the Google stand-in starts with. */
  readonly googleId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly isAdmin: boolean;
}

const administrators = ['Marit Solheim', 'Tobias Ehrenfeld'];

const learners = [
  'Ayana Bekele', 'Luca Ferrante', 'Sunniva Dahl', 'Kwame Asante', 'Ioana Petrescu', 'Mateo Quiroga', 'Saoirse Kinsella',
  'Takumi Arakawa', 'Leila Haddad', 'Piotr Wasilewski', 'Noemi Szabo', 'Arvid Ekstrand', 'Yara Nascimento', 'Dilan Karaca',
  'Oskar Lindgren', 'Priya Raghavan', 'Bastien Leclerc', 'Zofia Baran', 'Henrik Aalto', 'Camila Duarte', 'Jonas Vetter',
  'Mei Fujimoto', 'Tarek Mansour', 'Elif Yildirim', 'Rasmus Kjeldsen', 'Imani Otieno', 'Viktor Horvat', 'Linnea Sjoberg',
  'Andrei Dumitru', 'Chloe Marchetti', 'Samuel Oyelaran', 'Hilde Brouwer', 'Rafael Montoya', 'Anouk Verhoeven', 'Kirill Sokolov',
  'Beatriz Falcao', 'Nikhil Deshpande', 'Wanda Kruger',
]; // prettier-ignore

const firstGoogleId = 2001;

/** 40 people, and 38 more for each further step of the scale. */
export function inventPeople(scale = 1): InventedPerson[] {
  const people = administrators.map((name, index) => toPerson(name, index, true, ''));
  for (let round = 1; round <= scale; round++) {
    const suffix = round === 1 ? '' : `-${round}`;
    for (const name of learners) people.push(toPerson(name, people.length, false, suffix));
  }
  return people;
}

function toPerson(name: string, index: number, isAdmin: boolean, suffix: string): InventedPerson {
  const [givenName = '', familyName = ''] = name.split(' ');
  return {
    googleId: String(firstGoogleId + index),
    givenName,
    familyName: `${familyName}${suffix}`,
    email: `${givenName}.${familyName}${suffix}@node-learn.test`.toLowerCase(),
    isAdmin,
  };
}
