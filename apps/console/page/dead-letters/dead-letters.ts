/** What the controller tells of dead letters. */

export interface DeadLetterGroup {
  readonly service: string;
  readonly group: string;
  readonly type: string;
  readonly error: string;
  readonly count: number;
  readonly oldestAt: string;
  readonly newestAt: string;
  readonly parkedKeys: number;
}

export interface GroupsAnswer {
  readonly groups: readonly DeadLetterGroup[];
  /** Events that failed and are tried again. */
  readonly retrying?: number;
  /** Services that could not be asked. */
  readonly away?: readonly { readonly service: string }[];
}

export interface LettersAnswer {
  readonly entries: readonly {
    readonly id: string;
    readonly key: string;
    readonly error: string;
    readonly at: string;
    readonly attempts: number;
    readonly parked?: number;
    readonly payload: unknown;
  }[];
}
