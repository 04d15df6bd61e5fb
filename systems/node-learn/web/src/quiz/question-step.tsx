/** One question of a run: asked, answered, explained. */
import { FailureNote } from '@banyan/web/failure-note';
import { Page } from '@banyan/web/page';
import { useEffect, useRef } from 'react';
import { Tags } from '../frame/tags.tsx';
import { RichText } from '../text/rich-text.tsx';
import { AnswerForm } from './answer-form.tsx';
import { currentQuestion } from './run.ts';
import { RunProgress } from './run-progress.tsx';
import { UncountedNote } from './uncounted-note.tsx';
import type { PlayedRun } from './use-run.ts';
import { Verdict } from './verdict.tsx';

interface Props {
  readonly played: PlayedRun;
}

export function QuestionStep({ played }: Props) {
  const { run, askFailure } = played;
  const question = currentQuestion(run);
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [run.position]);
  if (question === undefined) return null;
  return (
    <Page title={run.modeName}>
      <RunProgress run={run} />
      <article className="card question" aria-labelledby="asked">
        <h2 id="asked" ref={heading} tabIndex={-1}>
          Question {run.position + 1} of {run.questions.length}
        </h2>
        <Tags {...question} />
        <RichText html={question.quiz === null || question.quiz === '' ? question.question : question.quiz} />
        <AnswerForm key={question.id} question={question} played={played} />
        {askFailure !== undefined && <FailureNote failure={askFailure} what="the answer; yours is kept" again={played.give} />}
        {run.revealed !== undefined && <Verdict question={question} played={played} revealed={run.revealed} />}
      </article>
      <UncountedNote played={played} />
    </Page>
  );
}
