/** Keeps the best six of every quiz mode. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { boardSize, placeRun } from './board-placing.ts';
import { randomName } from './filler-names.ts';
import { LeaderboardEntry } from './leaderboard-entry.entity.ts';

export interface Run {
  readonly modeId: number;
  readonly userId: number;
  readonly correctAnswers: number;
  readonly totalQuestions: number;
  readonly streak: number;
}

export interface BoardPlace {
  /** A number on real places, the text of the path on invented ones. */
  readonly quiz_mode_id: number | string;
  readonly position: number;
  readonly user_id: number;
  readonly correct_answers: number;
  readonly total_questions: number;
  readonly streak: number;
  readonly achieved_at: Date;
  readonly username: string;
}

const fillerAgeMs = 30 * 24 * 60 * 60 * 1000;

@Injectable()
export class LeaderboardService {
  constructor(@InjectRepository(LeaderboardEntry) private readonly entries: Repository<LeaderboardEntry>) {}

  /** Places the run where it belongs, then ranks the whole board again. */
  async post(run: Run): Promise<void> {
    await this.place(run);
    await this.rankAgain(run.modeId);
  }

  /** Always six places: those nobody holds are filled with invented ones. */
  async read(modeId: string): Promise<BoardPlace[]> {
    const places = await this.entries.query<BoardPlace[]>(
      `SELECT l.quiz_mode_id, l.position, l.user_id, l.correct_answers, l.total_questions, l.streak, l.achieved_at, u.name AS username
       FROM leaderboards l JOIN users u ON u.id = l.user_id
       WHERE l.quiz_mode_id = $1
       ORDER BY l.position`,
      [modeId],
    );
    while (places.length < boardSize) places.push(inventPlace(modeId, places.length + 1));
    return places;
  }

  private async place(run: Run): Promise<void> {
    const { modeId: quizModeId, userId, correctAnswers, totalQuestions, streak } = run;
    const board = await this.entries.find({ where: { quizModeId }, order: { position: 'ASC' } });
    const placing = placeRun(board, run);
    if (placing.kind === 'refuse') return;
    const { position } = placing;
    if (placing.kind === 'overwrite') {
      await this.entries.update({ quizModeId, userId }, { correctAnswers, totalQuestions, streak });
      return;
    }
    if (placing.kind === 'replace-last') await this.entries.delete({ quizModeId, position });
    await this.entries.insert({ quizModeId, position, userId, correctAnswers, totalQuestions, streak, achievedAt: new Date() });
  }

  private async rankAgain(quizModeId: number): Promise<void> {
    const ranked = await this.entries.find({ where: { quizModeId }, order: { correctAnswers: 'DESC', streak: 'DESC' } });
    await this.entries.delete({ quizModeId });
    const achievedAt = new Date();
    for (const [index, entry] of ranked.entries()) {
      const { userId, correctAnswers, totalQuestions, streak } = entry;
      await this.entries.insert({ quizModeId, position: index + 1, userId, correctAnswers, totalQuestions, streak, achievedAt });
    }
  }
}

function inventPlace(modeId: string, position: number): BoardPlace {
  return {
    quiz_mode_id: modeId,
    position,
    user_id: 0,
    correct_answers: 0,
    total_questions: 0,
    streak: 0,
    achieved_at: new Date(Date.now() - Math.floor(Math.random() * fillerAgeMs)),
    username: randomName(),
  };
}
