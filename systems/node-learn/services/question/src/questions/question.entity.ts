/** One entry of the bank and the choices it offers. They sit in one file because each refers to the other. */
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';

export type QuestionType = 'single_choice' | 'multiple_choice' | 'text_input';
export type Difficulty = 'easy' | 'medium' | 'hard';

@Entity('questions')
export class Question {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: number;

  @Column({ name: 'question_type', type: 'enum', enum: ['single_choice', 'multiple_choice', 'text_input'], enumName: 'question_type_enum' })
  questionType: QuestionType;

  @Column({ type: 'boolean' })
  practical: boolean;

  @Column({ type: 'text' })
  question: string;

  @Column({ type: 'text', nullable: true })
  answer: string | null;

  @Column({ type: 'text', nullable: true })
  quiz: string | null;

  @Column({ name: 'match_keywords', type: 'text', array: true, nullable: true })
  matchKeywords: string[] | null;

  @Column({ type: 'enum', enum: ['easy', 'medium', 'hard'], enumName: 'difficulty_enum' })
  difficulty: Difficulty;

  @Column({ type: 'text' })
  topic: string;

  @Column({ name: 'is_active', type: 'boolean', default: true })
  isActive: boolean;

  @OneToMany(() => Choice, (choice) => choice.question, { cascade: true })
  choices: Choice[];

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}

@Entity('choices')
export class Choice {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: number;

  /** The table refuses null here. Declared nullable all the same, so that taking a choice from its question fails instead of deleting it. */
  @Column({ name: 'question_id', type: 'bigint', nullable: true })
  questionId: number;

  @Column({ name: 'choice_text', type: 'text' })
  choiceText: string;

  @Column({ name: 'is_good', type: 'boolean', default: false })
  isGood: boolean;

  @Column({ type: 'text', nullable: true })
  explanation: string | null;

  @ManyToOne(() => Question, (question) => question.choices, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'question_id' })
  question: Question;
}
