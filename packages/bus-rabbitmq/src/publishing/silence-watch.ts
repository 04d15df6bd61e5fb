/** Notices when nothing is heard for too long of what is waited for. */

export interface SilenceWatch {
  /** Something is waited for; the time runs from the first. */
  begin(): void;
  /** @param isMore whether something else is waited for still */
  heard(isMore: boolean): void;
  end(): void;
}

export interface SilenceWatchOptions {
  readonly withinMs: number;
  /** Then it is waited for longer. */
  readonly isExcused: () => boolean;
  readonly onSilence: () => void;
}

export function createSilenceWatch({ withinMs, isExcused, onSilence }: SilenceWatchOptions): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const look = () => {
    if (isExcused()) {
      timer?.refresh();
      return;
    }
    end();
    onSilence();
  };
  return {
    begin: () => {
      timer ??= setTimeout(look, withinMs).unref();
    },
    heard: (isMore) => {
      if (isMore) timer?.refresh();
      else end();
    },
    end,
  };
}
