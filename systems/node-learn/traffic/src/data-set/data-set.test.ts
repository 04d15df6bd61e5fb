import { readFile, readdir } from 'node:fs/promises';
import { createTestDatabase } from '@banyan/proof/test-database';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { bank } from './bank/bank.ts';
import { createDataSet } from './data-set.ts';
import { loadDataSet } from './load-data-set.ts';

const schemaFolder = new URL('../../../monolith/schema/', import.meta.url);

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, group]) => [key, group.length]));
}

describe('the bank', () => {
  const active = bank.filter((question) => question.isActive);

  it('has the shape of the original one', () => {
    expect([bank.length, active.length]).toEqual([84, 80]);
    expect(countBy(active, (question) => question.type)).toEqual({ single_choice: 30, multiple_choice: 32, text_input: 18 });
    expect(countBy(active, (question) => question.difficulty)).toEqual({ easy: 28, medium: 34, hard: 18 });
    expect(active.filter((question) => question.practical)).toHaveLength(8);
    const sizes = Object.values(countBy(active, (question) => question.topic));
    expect([sizes.length, Math.max(...sizes), sizes.filter((size) => size === 1).length]).toEqual([16, 16, 4]);
  });

  it('offers one good and seven wrong choices per single choice question, mostly five of each per multiple choice question', () => {
    const patternsOf = (type: string) =>
      countBy(
        bank.filter((question) => question.type === type),
        ({ choices }) => `${choices.filter((choice) => choice.isGood).length} + ${choices.filter((choice) => !choice.isGood).length}`,
      );
    expect(patternsOf('single_choice')).toEqual({ '1 + 7': 32 });
    expect(patternsOf('multiple_choice')).toEqual({ '5 + 5': 25, '3 + 5': 4, '4 + 7': 3, '6 + 6': 1 });
    expect(patternsOf('text_input')).toEqual({ '0 + 0': 19 });
    expect(bank.every((question) => new Set(question.choices.map((choice) => choice.text)).size === question.choices.length)).toBe(true);
    expect(bank.every((question) => (question.keywords !== null) === (question.type === 'text_input'))).toBe(true);
    expect(bank.filter((question) => question.keywords?.length === 5)).toHaveLength(2);
  });

  it('explains wrong choices only', () => {
    const choices = bank.flatMap((question) => question.choices);
    const explained = choices.filter((choice) => choice.explanation !== null);
    expect(explained.every((choice) => !choice.isGood)).toBe(true);
    expect(explained.length / choices.length).toBeGreaterThan(0.4);
    expect(explained.length / choices.length).toBeLessThan(0.5);
  });
});

describe('the data set', () => {
  const data = createDataSet();

  it('is the same every time', () => {
    expect(createDataSet()).toEqual(data);
  });

  it('has the numbers of the demo', () => {
    expect([data.users.length, data.users.filter((user) => user.is_admin).length]).toEqual([40, 2]);
    expect([data.stats.length, data.userAchievements.length]).toEqual([1600, 190]);
    const badgesPerUser = Object.values(countBy(data.userAchievements, (badge) => String(badge.user_id)));
    expect(badgesPerUser.filter((count) => count === 21)).toHaveLength(1);
    expect(countBy(data.leaderboards, (entry) => String(entry.quiz_mode_id))).toEqual({
      1: 6,
      2: 6,
      3: 4,
      4: 6,
      5: 6,
      6: 6,
      7: 1,
      8: 6,
      9: 6,
    });
    expect(data.stats.every((stat) => stat.correct_count + stat.incorrect_count > 0)).toBe(true);
  });

  it('grows with the scale', () => {
    const larger = createDataSet({ scale: 5 });
    expect(larger.users).toHaveLength(2 + 5 * 38);
    expect(new Set(larger.users.map((user) => user.email)).size).toBe(larger.users.length);
    expect(larger.stats.length).toBeGreaterThan(4.5 * data.stats.length);
  });

  it('loads into the schema once, again only on request, and leaves the sequences past its rows', async () => {
    await using database = await createTestDatabase();
    for (const script of (await readdir(schemaFolder)).sort()) await database.query(await readFile(new URL(script, schemaFolder), 'utf8'));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const rows = await loadDataSet(client, data);
      expect(rows).toEqual({ users: 40, questions: 84, choices: 583, user_question_stats: 1600, user_achievements: 190, leaderboards: 47 });
      await expect(loadDataSet(client, data)).rejects.toThrow('already holds 84 questions');
      await loadDataSet(client, data, { replace: true });
    } finally {
      await client.end();
    }
    const { rows: ids } = await database.query(
      "SELECT nextval('users_id_seq')::int AS user_id, nextval('questions_id_seq')::int AS question_id",
    );
    expect(ids[0]).toEqual({ user_id: 42, question_id: 85 });
    const { rows: dates } = await database.query(
      "SELECT to_char(max(created_at), 'YYYY-MM-DD HH24:MI:SS.MS') AS newest FROM users WHERE id > 1",
    );
    const newest = data.users.map((user) => user.created_at).sort().at(-1); // prettier-ignore
    expect(dates[0]?.['newest']).toBe(newest?.replace('T', ' ').replace('Z', ''));
  });
});
