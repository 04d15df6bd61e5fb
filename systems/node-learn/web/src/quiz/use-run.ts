/** The run of one mode as a component plays it: kept in the browser at each step, counted by the server beside it. */
import { AskFailure, toAskFailure } from '@banyan/web/failure';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/api.ts';
import type { RevealedAnswer } from '../api/routes.ts';
import { announceBadges } from '../badges/announcements.ts';
import { usePlayer } from '../session/player.ts';
import { useSession } from '../session/session.ts';
import { countRun } from './counting.ts';
import { currentQuestion, type Draft, giveAnswer, goOn, type Run, skipQuestion } from './run.ts';
import { keepRun } from './stored-runs.ts';

export interface PlayedRun {
  readonly run: Run;
  /** The answer is being fetched, or answers are being counted. */
  readonly isAsking: boolean;
  readonly isCounting: boolean;
  /** Why the answer could not be shown. */
  readonly askFailure?: AskFailure | undefined;
  /** Why answers are not counted yet. */
  readonly countFailure?: AskFailure | undefined;
  readonly change: (draft: Draft) => void;
  readonly give: () => void;
  readonly skip: () => void;
  readonly next: () => void;
  /** Counts what is uncounted, once more. */
  readonly count: () => void;
}

export function useRun(first: Run): PlayedRun {
  const [run, setRun] = useState(first);
  const [isAsking, setAsking] = useState(false);
  const [askFailure, setAskFailure] = useState<AskFailure>();
  const current = useRef(first);
  const update = useCallback((change: (run: Run) => Run) => {
    current.current = change(current.current);
    keepRun(current.current);
    setRun(current.current);
  }, []);
  const { count, isCounting, countFailure } = useCounting(current, update);

  const reveal = async (then: (run: Run, revealed: RevealedAnswer) => Run) => {
    const question = currentQuestion(current.current);
    if (question === undefined || isAsking) return;
    setAsking(true);
    setAskFailure(undefined);
    try {
      const revealed = await api.ask('answers.reveal', { params: { questionId: question.id } });
      update((latest) => then(latest, revealed));
    } catch (error) {
      setAskFailure(toAskFailure(error));
    } finally {
      setAsking(false);
    }
  };
  return {
    run,
    isAsking,
    isCounting,
    askFailure,
    countFailure,
    change: (draft) => update((latest) => ({ ...latest, draft })),
    give: () => void reveal((latest, revealed) => giveAnswer(latest, revealed, newKey())).then(count),
    skip: () => void reveal(skipQuestion),
    next: () => update(goOn),
    count: () => void count(),
  };
}

/** One count at a time; what is answered meanwhile is counted by the next. */
function useCounting(current: { readonly current: Run }, update: (change: (run: Run) => Run) => void) {
  const [isCounting, setCounting] = useState(false);
  const [countFailure, setCountFailure] = useState<AskFailure>();
  const { user } = useSession();
  const player = usePlayer();
  const underWay = useRef<Promise<void>>(Promise.resolve());
  const countNow = async () => {
    const { uncounted, isBoardBehind } = current.current;
    if (uncounted.length === 0 && !(isBoardBehind && user !== undefined)) return;
    setCounting(true);
    try {
      const { id } = await player.find({});
      const told = current.current;
      const counted = await countRun(api, told, { id, name: user?.name });
      update((latest) => ({
        ...latest,
        uncounted: latest.uncounted.filter(({ key }) => !counted.keys.includes(key)),
        isBoardBehind: latest.isBoardBehind && !(counted.isBoardUpToDate && latest.total === told.total),
      }));
      announceBadges(counted.awarded);
      setCountFailure(counted.failure);
    } catch (error) {
      setCountFailure(toAskFailure(error));
    } finally {
      setCounting(false);
    }
  };
  const count = (): Promise<void> => (underWay.current = underWay.current.then(countNow));
  // A reload in the middle of counting: nobody knows whether it arrived, so the player is asked.
  useEffect(() => {
    if (current.current.uncounted.length > 0) setCountFailure(new AskFailure('late'));
  }, []);
  return { count, isCounting, countFailure };
}

/** `randomUUID` exists on secure origins only. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
