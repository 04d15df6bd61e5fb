/** What kind of question it is, at a glance and in words. */
import type { Question } from '../api/routes.ts';
import { difficultyLabels, typeLabels } from './labels.ts';

type Props = Pick<Question, 'difficulty' | 'questionType' | 'practical' | 'topic'>;

export function Tags({ difficulty, questionType, practical, topic }: Props) {
  return (
    <ul className="tags" aria-label="About this question">
      <li className={`tag tag-${difficulty}`}>{difficultyLabels[difficulty]}</li>
      <li className="tag">{typeLabels[questionType]}</li>
      {practical && <li className="tag">Code</li>}
      <li className="tag tag-topic">{topic}</li>
    </ul>
  );
}
