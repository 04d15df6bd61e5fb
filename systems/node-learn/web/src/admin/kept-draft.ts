/** What an administrator has typed and not saved, kept for this tab: nothing typed is lost by a click elsewhere or a reload. */
import { useState } from 'react';
import type { QuestionDraft } from './question-draft.ts';

const prefix = 'node-learn.draft.';

export interface KeptDraft {
  readonly draft: QuestionDraft;
  /** True: it is what was typed earlier, not what is stored. */
  readonly isRestored: boolean;
  readonly change: (draft: QuestionDraft) => void;
  /** Back to what is stored. */
  readonly discard: () => void;
  /** Saved: what was typed is no draft any more. */
  readonly forget: () => void;
}

/** @param id of the question; `new` for one that is not there yet */
export function useKeptDraft(id: string, stored: QuestionDraft): KeptDraft {
  const key = `${prefix}${id}`;
  const [kept] = useState(() => readDraft(key));
  const [draft, setDraft] = useState(kept ?? stored);
  const [isRestored, setRestored] = useState(kept !== undefined);
  const forget = () => {
    sessionStorage.removeItem(key);
    setRestored(false);
  };
  return {
    draft,
    isRestored,
    forget,
    change: (next) => {
      sessionStorage.setItem(key, JSON.stringify(next));
      setDraft(next);
    },
    discard: () => {
      forget();
      setDraft(stored);
    },
  };
}

function readDraft(key: string): QuestionDraft | undefined {
  const text = sessionStorage.getItem(key);
  try {
    return text === null ? undefined : (JSON.parse(text) as QuestionDraft);
  } catch {
    return undefined; // somebody else wrote it
  }
}
