/** The definition of one badge. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('achievements')
export class Achievement {
  @PrimaryColumn({ type: 'integer' })
  id: number;

  @Column({ type: 'varchar', length: 255 })
  title: string;

  @Column({ type: 'text' })
  description: string;

  @Column({ name: 'sprite_col', type: 'integer' })
  spriteCol: number;

  @Column({ name: 'sprite_row', type: 'integer' })
  spriteRow: number;

  @Column({ name: 'created_at', type: 'timestamp', default: () => 'now()', nullable: true })
  createdAt: Date;
}
