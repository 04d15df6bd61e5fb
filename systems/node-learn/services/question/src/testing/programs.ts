/** Starts the programs a test of question needs, each on a free port, and fills their databases with the same bank. */
import { fileURLToPath } from 'node:url';
import { createServiceTokens } from '@banyan/identity';
import type { ProgramOptions } from '@banyan/proof';
import { type RunningServer, type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';

const serviceSecret = 'a secret that only the services share';

/** Every draw of choices comes out the same, so that two programs can be compared byte for byte; NestJS goes on needing chance. */
// The name is put together, because this very text is part of every stack.
const fixedDraws = `const random = Math.random; Math.random = () => (new Error().stack.includes('choice-draw' + 'ing.js') ? 0.37 : random())`;
export const withoutChance = ['--import', `data:text/javascript,${encodeURIComponent(fixedDraws)}`];

export type RunningQuestion = RunningServiceProgram;
type StartOptions = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

export function startQuestion(databaseUrl: string, options: StartOptions = {}): Promise<RunningQuestion> {
  const environment = { DATABASE_URL: databaseUrl, BROKER_URL: databaseUrl, SERVICE_SECRET: serviceSecret, ...options.environment };
  return startServiceProgram({ ...options, name: 'question', entry: pathOf('../../dist/main.js'), environment });
}

export function startMonolith(databaseUrl: string, options: StartOptions = {}): Promise<RunningServer> {
  const environment = { GOOGLE_CLIENT_ID: 'client', ...options.environment };
  return startMonolithProgram({ ...options, directory: pathOf('../../../../monolith/dist'), databaseUrl, readyPath: '/api', environment });
}

/** Asks the question service as another service does. */
export async function askInternally(
  { internalUrl }: RunningQuestion,
  path: string,
  options: { method?: string; service?: string; token?: string } = {},
): Promise<{ status: number; text: string }> {
  const { method = 'GET', service = 'quiz' } = options;
  const token = options.token ?? (await createServiceTokens({ service, secret: serviceSecret }).issue('question'));
  const answer = await fetch(`${internalUrl}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, text: await answer.text() };
}

/** 48 questions of every class, three of them inactive, with all their choices; triggers rest, so that the rows are the same wherever this runs. */
export const bank = `
  set session_replication_role = replica;
  insert into questions (id, question_type, practical, difficulty, topic, question, answer, quiz, match_keywords, is_active, created_at, updated_at)
  select n,
    (enum_range(null::question_type_enum))[1 + n % 3], n % 5 = 0, (enum_range(null::difficulty_enum))[1 + n % 4 % 3],
    (array['Streams', 'Event loop', 'Größe & Maß', '"quoted"'])[1 + n % 4],
    '<p>Why ' || n || ' — “so”?</p>' || chr(10) || '<code>a < b && c</code>', case when n % 7 <> 0 then 'Because ' || n end,
    case when n % 2 = 0 then 'Quiz text ' || n end,
    case when n % 3 = 2 then array['word ' || n, 'other'] when n % 3 = 1 and n % 2 = 0 then array[]::text[] end,
    n not in (7, 20, 33), timestamptz '2026-01-02 03:04:05.678901Z' + n * interval '1 hour', timestamptz '2026-02-03 04:05:06.5Z' + n * interval '1 s'
  from generate_series(1, 48) as n;
  insert into choices (id, question_id, choice_text, is_good, explanation)
  select n * 20 + c, n, 'choice ' || c || ' of ' || n || ' é 😀', case when n % 3 = 0 then c = 1 else c <= 5 end,
    case when c % 2 = 0 then 'explained' end
  from generate_series(1, 48) as n, generate_series(1, case n % 3 when 0 then 8 when 1 then 10 else 0 end) as c;
  -- Fewer choices than are drawn, none at all, a single choice without a good one, and a text question that has some.
  delete from choices where question_id in (3, 4) and id % 20 > 2;
  delete from choices where question_id in (6, 10);
  update choices set is_good = false where question_id = 9;
  insert into choices (id, question_id, choice_text, is_good) values (9001, 5, 'in a text question', true), (9002, 5, 'two', false);
  select setval('questions_id_seq', 48), setval('choices_id_seq', 9002);
  set session_replication_role = origin`;

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
