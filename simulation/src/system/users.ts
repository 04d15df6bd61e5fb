/** The people of a run: they ask, remember what they were told, and ask again when they were told nothing. */
import { rowsOf } from '../database/tables.ts';
import type { World } from '../world.ts';
import { call, type System } from './system.ts';

/** What users were told; what they were not told may have happened or not. */
export interface Told {
  /** Answers of which somebody said that they are taken. */
  readonly answers: Set<string>;
  /** By text. */
  readonly edits: Map<string, { readonly question: string; readonly outcome: 'done' | 'unknown' }>;
}

const callMaxMs = 10_000;

export async function useSystem(system: System): Promise<Told> {
  const { world } = system;
  const { clock, random } = world;
  const told: Told = { answers: new Set(), edits: new Map() };
  const answers = Array.from({ length: 1 + random.below(4) }, (_, at) => giveAnswer(system, told, `answer-${at + 1}`));
  const editors = ['a', 'b', 'c'].map((editor) => editQuestions(system, told, editor));
  await Promise.all([...answers, ...editors, clock.wait(500 + random.below(3_000)).then(() => cutOver(system))]);
  return told;
}

async function giveAnswer(system: System, told: Told, answer: string): Promise<void> {
  const { world, checks, quizzes } = system;
  const { clock, random } = world;
  checks.set(answer, {
    failures: random.pick([0, 0, 1, 4]),
    lateMs: random.pick([0, 0, 1_000, 8_000]),
    isFine: random.chance(0.7),
  });
  await clock.wait(random.below(4_000));
  const start = () => call(world, quizzes, ({ engine, answering }) => engine.start(answering, answer, { answer }));
  while ((await within(world, start)) === 'unknown') await clock.wait(500);
  told.answers.add(answer);
  world.tell(`a user was told that ${answer} is taken`);
}

async function editQuestions(system: System, told: Told, editor: string): Promise<void> {
  const { world, monolith, questions } = system;
  const { clock, random } = world;
  for (let edit = 1; edit <= 6; edit += 1) {
    await clock.wait(random.below(1_000));
    const question = random.pick(['question-1', 'question-2']);
    const text = `${question} edit ${editor}${edit}`;
    if (monolith.edit(question, text)) {
      told.edits.set(text, { question, outcome: 'done' });
      continue;
    }
    const outcome = await within(world, () => call(world, questions, (program) => program.edit(question, text)));
    told.edits.set(text, { question, outcome });
    world.tell(`a user was told "${outcome}" about "${text}"`);
  }
}

async function within(world: World, ask: () => Promise<unknown>): Promise<'done' | 'unknown'> {
  const asking = ask().then(
    () => 'done' as const,
    () => 'unknown' as const,
  );
  return Promise.race([asking, world.clock.wait(callMaxMs).then(() => 'unknown' as const)]);
}

/** Fence and mark in one transaction of the monolith; the service owns when the mark has arrived. */
async function cutOver({ world, monolith, databases }: System): Promise<void> {
  const mark = monolith.fence();
  world.tell(`the monolith is fenced at ${mark}`);
  const { tables } = databases.question;
  while (Number(rowsOf(tables, 'follower').get('position') ?? 0) < mark) await world.clock.wait(50);
  rowsOf(tables, 'ownership').set('granted', 'to the service');
  world.tell('the service owns the questions');
}
