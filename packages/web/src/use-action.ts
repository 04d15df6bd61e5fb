/** Something that people do and that takes a while: whether it is under way, and why the last one came to nothing. */
import { useState } from 'react';
import { type AskFailure, toAskFailure } from './failure.ts';

export interface Action {
  readonly isUnderWay: boolean;
  /** Of the last one, until another begins. */
  readonly failure: AskFailure | undefined;
  /** Does nothing while another one is under way; never throws. */
  readonly start: (work: () => Promise<void>) => Promise<void>;
}

export function useAction(): Action {
  const [isUnderWay, setUnderWay] = useState(false);
  const [failure, setFailure] = useState<AskFailure>();
  const start = async (work: () => Promise<void>) => {
    if (isUnderWay) return;
    setUnderWay(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure(toAskFailure(error));
    } finally {
      setUnderWay(false);
    }
  };
  return { isUnderWay, failure, start };
}
