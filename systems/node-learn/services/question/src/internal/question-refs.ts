/** Questions as other services keep a copy of them: what `question.updated` tells, and up to which event that is the state. */
import { throughConnectionLoss } from '@banyan/service';
import { idToText, type QuestionRef } from '@node-learn/contracts';
import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { questionDataColumns, type QuestionDataRow, toQuestionData } from './question-data.ts';

/** The source in the envelopes of this service's events. */
export const questionSource = '/node-learn/question';

interface RefRow extends QuestionDataRow {
  readonly sequence: string;
}

@Injectable()
export class QuestionRefs {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** All questions by id, inactive ones included, in one snapshot. */
  async all(): Promise<QuestionRef[]> {
    return this.read('');
  }

  /** Throws NotFoundException, naming the id as it was written. */
  async find(id: string): Promise<QuestionRef> {
    const [found] = await this.read('where q.id = $2', Number(id));
    if (found === undefined) throw new NotFoundException(`Question with ID ${id} not found`);
    return found;
  }

  /** Rows and sequences come from one statement, so from one snapshot: events up to `sequence` are in the data, later ones are not. */
  private async read(condition: string, ...values: readonly unknown[]): Promise<QuestionRef[]> {
    const rows = await throughConnectionLoss(async () => {
      const [keys] = await this.dataSource.query<{ exist: boolean }[]>(`select to_regclass('banyan.outbox_keys') is not null as exist`);
      // A database whose service has never published has no such table yet.
      const sequences = keys?.exist === true ? 'banyan.outbox_keys' : `(select '' as partition_key, '' as source, 0 as last_sequence)`;
      return this.dataSource.query<RefRow[]>(statement(sequences, condition), [questionSource, ...values]);
    });
    return rows.map(toRef);
  }
}

const statement = (sequences: string, condition: string) => `
  select ${questionDataColumns}, coalesce(k.last_sequence, 0)::text as sequence
  from questions q left join ${sequences} k on k.partition_key = q.id::text and k.source = $1
  ${condition}
  order by q.id`;

function toRef({ sequence, ...row }: RefRow): QuestionRef {
  return { key: idToText(row.id), sequence, data: toQuestionData(row) };
}
