/** A named way to play: a filter over the bank. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('quiz_modes')
export class QuizMode {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'varchar', length: 100 })
  name: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  description: string | null;

  @Column({ type: 'jsonb', nullable: true })
  filters: Record<string, unknown>;
}
