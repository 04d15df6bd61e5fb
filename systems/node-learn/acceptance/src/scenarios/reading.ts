// A1 to A8: what anybody may read, what stays hidden, and how the server draws choices.
import { checkEqual, checkThat } from '@banyan/proof';
import { internalError, multipleChoice, type Question, singleChoice, textInput } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';

export const reading = [
  scenario('A1', 'the first page shows ten modes, questions without answers, and six board rows', async (stage) => {
    const modes = (await stage.ok('/api/quiz/modes')) as { id: unknown; name: string }[];
    const own = modes.filter(({ id }) => typeof id !== 'number' || id <= 10);
    checkEqual(
      own.map(({ id }) => id),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      'mode ids, as numbers',
    );
    await stage.question(singleChoice());
    const questions = await stage.client.get('/api/questions');
    checkThat((questions.json() as Question[]).length > 0, 'there are questions');
    for (const hidden of ['isGood', 'answer', 'matchKeywords']) {
      checkThat(!questions.text.includes(`"${hidden}"`), `no "${hidden}" in the public list`);
    }
    checkEqual((await stage.board(9)).length, 6, 'rows of board 9');
  }),

  scenario('A2', 'a single choice is drawn as one good and three wrong ones, at varying places', async (stage) => {
    const question = await stage.question(singleChoice());
    const goodId = question.choices.find(({ isGood }) => isGood)?.id;
    const draws = await draw(stage, question.id, 200);
    for (const ids of draws) {
      checkEqual(new Set(ids).size, 4, 'distinct choices drawn');
      checkEqual(ids.filter((id) => id === goodId).length, 1, 'good choices drawn');
    }
    checkEqual(
      [...new Set(draws.flat())].sort((a, b) => a - b),
      question.choices.map(({ id }) => id),
      'choices seen over 200 draws',
    );
    checkThat(new Set(draws.map((ids) => ids.indexOf(goodId ?? 0))).size > 1, 'the good one is not always at the same place');
  }),

  scenario('A3', 'a multiple choice is drawn as four of ten, with varying numbers of good ones', async (stage) => {
    const question = await stage.question(multipleChoice());
    const good = new Set(question.choices.filter(({ isGood }) => isGood).map(({ id }) => id));
    const draws = await draw(stage, question.id, 300);
    for (const ids of draws) checkEqual(new Set(ids).size, 4, 'distinct choices drawn');
    checkThat(new Set(draws.map((ids) => ids.filter((id) => good.has(id)).length)).size > 1, 'the number of good ones varies');
  }),

  scenario('A4', 'a text question tells how many keywords it has, and none of them', async (stage) => {
    const { id } = await stage.question(textInput({ matchKeywords: ['kept-secret-1', 'kept-secret-2', 'kept-secret-3'] }));
    const answer = await stage.client.get(`/api/questions/${id}`);
    const question = answer.json() as Question;
    checkEqual(
      { keywordCount: question.keywordCount, choices: question.choices },
      { keywordCount: 3, choices: [] },
      'public text question',
    );
    checkThat(!answer.text.includes('kept-secret'), 'no keyword shows');
  }),

  scenario('A5', 'an inactive question is hidden in lists only', async (stage) => {
    const { id } = await stage.question(singleChoice({ isActive: false }));
    checkThat(!((await stage.ok('/api/questions')) as Question[]).some((question) => question.id === id), 'not in the list');
    const drawn = await Promise.all(Array.from({ length: 40 }, () => stage.ok('/api/questions/random')));
    checkThat(!drawn.some((question) => (question as Question).id === id), 'never drawn at random');
    checkThat(!Object.hasOwn(drawn[0] as object, 'choices'), 'a random question has no choices');
    checkEqual(((await stage.ok(`/api/questions/${id}`)) as Question).id, id, 'by id');
    checkEqual(((await stage.ok(`/api/answers/${id}`)) as { questionId: number }).questionId, id, 'its answer');
  }),

  scenario('A6', 'filters combine, anything but "true" is false for practical, a bad enum is 500', async (stage) => {
    const bodies = ['easy', 'hard'].flatMap((difficulty) =>
      [true, false].flatMap((practical) => [singleChoice, multipleChoice].map((make) => make({ difficulty, practical }))),
    );
    const made = await Promise.all(bodies.map((body) => stage.question(body)));
    for (const [query, matches] of filters) {
      const listed = (await stage.ok(`/api/questions?${query}`)) as Question[];
      checkEqual(
        listed.filter((question) => !matches(question)),
        [],
        `questions that ?${query} should not list`,
      );
      const ids = new Set(listed.map(({ id }) => id));
      checkEqual(
        made.filter(({ id }) => ids.has(id)).map(({ id }) => id),
        made.filter(matches).map(({ id }) => id),
        `own questions listed by ?${query}`,
      );
    }
    for (const bad of ['difficulty=extreme', 'questionType=essay', 'difficulty=easy&difficulty=hard']) {
      const answer = await stage.client.get(`/api/questions?${bad}`);
      checkEqual([answer.status, answer.json()], [500, internalError], `?${bad}`);
    }
  }),

  scenario('A7', 'search fails and topic finds nothing, until their flags are on', async (stage) => {
    const { id, topic } = await stage.question(singleChoice({ topic: 'Acceptance topic', question: '<p>a findable phrase</p>' }));
    const ids = async (query: string) => ((await stage.ok(`/api/questions?${query}`)) as Question[]).map((question) => question.id);
    if (stage.target.flags.has('questions.search')) checkThat((await ids('search=FINDABLE')).includes(id), 'search finds by text');
    else checkEqual((await stage.client.get('/api/questions?search=x')).status, 500, '?search=x');
    const byTopic = await ids(`topic=${encodeURIComponent(topic)}`);
    if (stage.target.flags.has('questions.topicFilter')) checkThat(byTopic.includes(id), 'topic finds');
    else checkEqual(byTopic, [], '?topic');
    checkThat((await ids('search=&topic=&difficulty=')).includes(id), 'empty filters are no filters');
  }),

  scenario('A8', 'ids are read as JavaScript numbers; unknown ones are named as written', async (stage) => {
    const { id } = await stage.question(singleChoice());
    for (const kind of ['questions', 'answers']) {
      const status = async (written: string) => (await stage.client.get(`/api/${kind}/${written}`)).status;
      for (const written of [`0x${id.toString(16)}`, `${id}e0`]) checkEqual(await status(written), 200, `GET ${kind}/${written}`);
      for (const written of ['abc', '1.5', '99999999999999999999']) checkEqual(await status(written), 500, `GET ${kind}/${written}`);
      for (const written of ['999999999', '0x3b9ac9ff', '-1']) {
        const answer = await stage.client.get(`/api/${kind}/${written}`);
        const expected = { message: `Question with ID ${written} not found`, error: 'Not Found', statusCode: 404 };
        checkEqual([answer.status, answer.json()], [404, expected], `GET ${kind}/${written}`);
      }
    }
  }),
];

const filters: readonly (readonly [string, (question: Question) => boolean])[] = [
  [
    'difficulty=easy&questionType=single_choice&practical=true',
    (q) => q.difficulty === 'easy' && q.questionType === 'single_choice' && q.practical,
  ],
  ['difficulty=hard&practical=false', (q) => q.difficulty === 'hard' && !q.practical],
  ['questionType=multiple_choice&practical=1', (q) => q.questionType === 'multiple_choice' && !q.practical],
  ['practical=', (q) => !q.practical],
];

/** Reads a question again and again; the ids of the choices each time. */
async function draw(stage: Stage, id: number, times: number): Promise<number[][]> {
  const draws: number[][] = [];
  while (draws.length < times) {
    const some = await Promise.all(Array.from({ length: 20 }, () => stage.ok(`/api/questions/${id}`)));
    draws.push(...some.map((question) => (question as Question).choices.map((choice) => choice.id)));
  }
  return draws;
}
