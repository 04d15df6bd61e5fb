/** Boards: a run takes its place on one, in one transaction that nobody else's run on it can cross. */
import { OUTBOX } from '@banyan/nest';
import { throughConnectionLoss } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { crashPoint } from '../crash-points.ts';
import { Owners } from '../references/owners.ts';
import { addUser } from '../references/refs.ts';
import { LEADERBOARD_SETTINGS, type LeaderboardSettings } from '../settings.ts';
import { type BoardOutbox, publishChanges } from './board-events.ts';
import { type BoardPlace, isModeKnown, lockBoard, lockNames, type Place, readBoard, type Sql, writeBoard } from './board-statements.ts';
import { fillUp } from './filler-places.ts';
import { placeRun, type RankedBoard, type Result } from './ranking.ts';

export interface Run extends Result {
  readonly modeId: number;
}

/** What a run refers to and nobody here knows of. */
type Unknown = 'user' | 'mode';

@Injectable()
export class Boards {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(LEADERBOARD_SETTINGS) private readonly settings: LeaderboardSettings,
    @Inject(OUTBOX) private readonly outbox: BoardOutbox,
    @Inject(Owners) private readonly owners: Owners,
  ) {}

  /** Always six places: those nobody holds are filled with invented ones. Throws the database's error when the mode is no integer. */
  async read(modeId: string): Promise<BoardPlace[]> {
    return fillUp(await throughConnectionLoss(() => readBoard(this.dataSource, modeId)), modeId);
  }

  /**
   * Places the run where it belongs, if it does; the whole board is ranked again either way. Who would get a place, or the mode, and is not known yet
   * is looked up once at its owner. Throws when that does not know either, and the database's error for numbers that are no integers, and behind a fence.
   */
  async post(run: Run): Promise<void> {
    const lookedUp = new Set<Unknown>();
    for (;;) {
      const unknown = await this.dataSource.transaction((sql) => this.postIn(sql, run, lookedUp));
      if (unknown === undefined) return;
      if (lookedUp.has(unknown)) throw new Error(`The ${unknown} of a run was found, and has gone again`);
      await this.lookUp(unknown, run);
      lookedUp.add(unknown);
    }
  }

  /** Inside a transaction: what is read while nobody else changes the board stands on it from then on. */
  async replaceBy(sql: Sql, modeId: number, readResults: () => Promise<readonly Result[]>): Promise<void> {
    const before = await lockBoard(sql, modeId);
    const results = await readResults();
    const entered = results.find(({ userId }) => before.every((place) => place.userId !== userId));
    const evicted = before.find(({ userId }) => results.every((result) => result.userId !== userId));
    const who = { enteredUserId: entered?.userId ?? null, evictedUserId: evicted?.userId ?? null };
    const names = await lockNames(sql, results.map(({ userId }) => userId)); // prettier-ignore
    await this.write(sql, { modeId, before, board: { results, ...who }, names, renewsTimes: false });
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.dataSource.query('select 1');
  }

  /** Answers what is not known, with nothing written. */
  private async postIn(sql: Sql, { modeId, ...run }: Run, lookedUp: ReadonlySet<Unknown>): Promise<Unknown | undefined> {
    const keepsBest = this.settings.FLAGS.has('leaderboard.keepBest');
    const before = await lockBoard(sql, modeId);
    const board = placeRun(before, run, { keepsBest });
    if (before.length === 0 && !lookedUp.has('mode') && !(await isModeKnown(sql, modeId))) return 'mode';
    const names = await lockNames(sql, board.results.map(({ userId }) => userId)); // prettier-ignore
    if (board.enteredUserId !== null && !names.has(board.enteredUserId)) return 'user';
    await this.write(sql, { modeId, before, board, names, renewsTimes: !keepsBest });
    return undefined;
  }

  private async write(sql: Sql, { modeId, before, board, names, renewsTimes }: Writing): Promise<void> {
    const now = new Date();
    const isOld = (result: Result) => !renewsTimes && before.some((place) => isSameResult(place, result));
    const after = board.results.map((result, index): Place => {
      const achievedAt = isOld(result) ? before.find(({ userId }) => userId === result.userId)!.achievedAt : now;
      return { ...result, position: index + 1, achievedAt };
    });
    crashPoint('leaderboard.update.before-write');
    await writeBoard(sql, modeId, after);
    publishChanges(this.outbox, { modeId, before, after, who: board, names });
    crashPoint('leaderboard.update.written');
  }

  private async lookUp(unknown: Unknown, { modeId, userId }: Run): Promise<void> {
    if (unknown === 'mode') return this.owners.requireMode(modeId);
    const name = await this.owners.findName(userId);
    await addUser(this.dataSource, { userId, name });
  }
}

interface Writing {
  readonly modeId: number;
  readonly before: readonly Place[];
  readonly board: RankedBoard;
  readonly names: ReadonlyMap<number, string>;
  /** The monolith renews the time of every place at every update. */
  readonly renewsTimes: boolean;
}

function isSameResult(one: Result, two: Result): boolean {
  return (['userId', 'correctAnswers', 'totalQuestions', 'streak'] as const).every((field) => one[field] === two[field]);
}
