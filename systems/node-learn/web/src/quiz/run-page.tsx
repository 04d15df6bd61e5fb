/** Plays one mode: goes on with the run that was left open, or starts one. */
import type { AskOptions } from '@banyan/web/ask';
import { AskFailure } from '@banyan/web/failure';
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { useState } from 'react';
import { api } from '../api/api.ts';
import type { Question, QuizMode } from '../api/routes.ts';
import { type Player, usePlayer } from '../session/player.ts';
import { QuestionStep } from './question-step.tsx';
import { isOver, type Run, startRun } from './run.ts';
import { RunResult } from './run-result.tsx';
import { forgetRun, keepRun, readLength, readRun } from './stored-runs.ts';
import { useRun } from './use-run.ts';

interface Props {
  readonly modeId: string;
}

export function RunPage({ modeId }: Props) {
  const player = usePlayer();
  const [round, setRound] = useState(0);
  const loaded = useLoaded(`${modeId} ${round}`, (options) => loadRun(modeId, player.find, options));
  const again = (run: Run) => {
    forgetRun(run.modeId);
    setRound((last) => last + 1);
  };
  if (loaded.state !== 'ready')
    return (
      <Page title="Quiz">
        <Shown loaded={loaded} what="the questions">
          {() => null}
        </Shown>
      </Page>
    );
  const run = loaded.value;
  if (run.questions.length === 0) return <NothingToPlay modeName={run.modeName} />;
  return <Playing key={`${modeId} ${round}`} first={run} again={again} />;
}

interface PlayingProps {
  readonly first: Run;
  readonly again: (run: Run) => void;
}

function Playing({ first, again }: PlayingProps) {
  const played = useRun(first);
  if (isOver(played.run)) return <RunResult played={played} again={() => again(played.run)} />;
  return <QuestionStep played={played} />;
}

function NothingToPlay({ modeName }: { readonly modeName: string }) {
  return (
    <Page title={modeName}>
      <div className="note">
        <p>
          {modeName === missed
            ? 'You have not missed a question so far. There is nothing to repeat.'
            : 'No question belongs to this mode at the moment.'}
        </p>
        <Link className="button" href="/quiz">
          Choose another mode
        </Link>
      </div>
    </Page>
  );
}

/** Its filter lets everything through; whose misses are meant is known here. */
const missed = 'Missed';

async function loadRun(modeId: string, findPlayer: (options: AskOptions) => Promise<Player>, options: AskOptions): Promise<Run> {
  const stored = readRun(modeId);
  if (stored !== undefined) return stored;
  const modes = await api.ask('quiz.modes', options);
  const mode = modes.find(({ id }) => String(id) === modeId);
  if (mode === undefined) throw new AskFailure('missing');
  const questions = await questionsOf(mode, findPlayer, options);
  const run = startRun(mode, questions, readLength(), Math.random);
  if (run.questions.length > 0) keepRun(run);
  return run;
}

async function questionsOf(mode: QuizMode, findPlayer: (options: AskOptions) => Promise<Player>, options: AskOptions): Promise<Question[]> {
  const filters = Object.entries(mode.filters ?? {}).map(([name, value]) => [name, String(value)]);
  const questions = await api.ask('questions.list', { ...options, query: Object.fromEntries(filters) as Record<string, string> });
  if (mode.name !== missed) return questions;
  const { id } = await findPlayer(options);
  const { wrongQuestionIds } = await api.ask('stats.wrong-questions', { ...options, params: { userId: id } });
  const wrong = new Set(wrongQuestionIds);
  return questions.filter((question) => wrong.has(question.id));
}
