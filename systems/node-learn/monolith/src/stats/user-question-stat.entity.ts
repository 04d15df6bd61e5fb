/** How often one user got one question right and wrong. */
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('user_question_stats')
export class UserQuestionStat {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId: number;

  @Column({ name: 'question_id', type: 'integer' })
  questionId: number;

  @Column({ name: 'correct_count', type: 'integer', default: 0, nullable: true })
  correctCount: number;

  @Column({ name: 'incorrect_count', type: 'integer', default: 0, nullable: true })
  incorrectCount: number;
}
