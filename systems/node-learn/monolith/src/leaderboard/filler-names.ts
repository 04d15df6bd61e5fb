/** Names for the empty places of a board, so that no board looks deserted. */

const firstNames = [
  'Ada', 'Bela', 'Cleo', 'Dario', 'Edda', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jaro', 'Kaia', 'Levi',
  'Mira', 'Nils', 'Oona', 'Piet', 'Quinn', 'Rhea', 'Sven', 'Tala', 'Ugo', 'Vera', 'Wim', 'Xenia',
  'Yuri', 'Zola', 'Amos', 'Britt', 'Cato', 'Dunja', 'Emil', 'Fenna', 'Gil', 'Hana', 'Ivo', 'Juno',
  'Kofi', 'Lotte', 'Milo', 'Noor', 'Otis', 'Pia', 'Rafa', 'Suri', 'Theo', 'Una', 'Vito', 'Willa',
]; // prettier-ignore

const lastNames = [
  'Abara', 'Brandt', 'Castell', 'Dorsey', 'Eklund', 'Fabri', 'Grauer', 'Holm', 'Ibarra', 'Jansen', 'Kowal', 'Lindqvist',
  'Moreau', 'Nakata', 'Okafor', 'Petrov', 'Quist', 'Rossi', 'Sander', 'Tanaka', 'Ulrich', 'Varga', 'Weiss', 'Xu',
  'Yilmaz', 'Zeman', 'Alder', 'Birk', 'Coste', 'Drake', 'Ewald', 'Frost', 'Gama', 'Hale', 'Iversen', 'Juhl',
  'Keller', 'Lamb', 'Marsh', 'North', 'Olsen', 'Pike', 'Reyes', 'Stone', 'Thorn', 'Vale', 'Winter',
]; // prettier-ignore

export function randomName(): string {
  return `${oneOf(firstNames)} ${oneOf(lastNames)}`;
}

function oneOf(names: readonly string[]): string {
  return names[Math.floor(Math.random() * names.length)] as string;
}
