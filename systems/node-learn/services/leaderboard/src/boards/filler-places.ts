/** Places that nobody holds are shown with invented people, so that no board looks deserted. */
import type { BoardPlace } from './board-statements.ts';
import { boardSize } from './ranking.ts';

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

const oldestMs = 30 * 24 * 60 * 60 * 1000;

/** Six places in all; invented ones are numbered on from how many there are. @param modeId as it was asked for */
export function fillUp(places: readonly BoardPlace[], modeId: string): BoardPlace[] {
  const missing = Array.from({ length: boardSize - places.length }, (_, index) => inventPlace(modeId, places.length + 1 + index));
  return [...places, ...missing];
}

function inventPlace(modeId: string, position: number): BoardPlace {
  return {
    quiz_mode_id: modeId,
    position,
    user_id: 0,
    correct_answers: 0,
    total_questions: 0,
    streak: 0,
    achieved_at: new Date(Date.now() - Math.floor(Math.random() * oldestMs)),
    username: `${oneOf(firstNames)} ${oneOf(lastNames)}`,
  };
}

function oneOf(names: readonly string[]): string {
  return names[Math.floor(Math.random() * names.length)]!;
}
