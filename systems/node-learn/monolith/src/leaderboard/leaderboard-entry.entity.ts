/** One place on the board of a quiz mode. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('leaderboards')
export class LeaderboardEntry {
  @PrimaryColumn({ name: 'quiz_mode_id', type: 'integer' })
  quizModeId: number;

  @PrimaryColumn({ type: 'integer' })
  position: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId: number;

  @Column({ name: 'correct_answers', type: 'integer' })
  correctAnswers: number;

  @Column({ name: 'total_questions', type: 'integer' })
  totalQuestions: number;

  @Column({ type: 'integer' })
  streak: number;

  @Column({ name: 'achieved_at', type: 'timestamp' })
  achievedAt: Date;
}
