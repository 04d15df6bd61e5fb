// The administrator at work: lists the bank, and edits, creates or deletes questions of the traffic's own.
import { judgeByStatus, type SeededRandom, type TrafficAction, type TrafficSession } from '@banyan/proof';
import { at, type World } from './world.ts';

const path = '/api/admin/questions';

export function administer(world: World, random: SeededRandom): TrafficAction {
  const kind = random.weighted({ edit: 70, create: 20, delete: 10 });
  const [fraction, version] = [random.next(), random.below(1_000_000)];
  return {
    name: `administrator: ${kind} ${fraction} version ${version}`,
    cost: 2,
    serialKey: 'administrator',
    run: async (session) => {
      await session.ask({ actor: 'administrator', group: 'admin', what: 'list', method: 'GET', path });
      const { admin } = world;
      if (admin === undefined) return;
      const id = at(world.ownQuestionIds, fraction);
      if (kind === 'create' || id === undefined) await create(world, session, admin.token, version);
      else if (kind === 'edit') await change(session, admin.token, 'PUT', id, questionOf(version));
      else if (await change(session, admin.token, 'DELETE', id)) forget(world, id);
    },
  };
}

async function create(world: World, session: TrafficSession, token: string, version: number): Promise<void> {
  const answer = await session.ask({
    actor: 'administrator',
    group: 'admin',
    what: 'create',
    method: 'POST',
    path,
    token,
    body: questionOf(version),
    judge: judgeByStatus(201),
  });
  const id = answer?.status === 201 ? (answer.json as { id?: number } | undefined)?.id : undefined;
  if (id !== undefined) world.ownQuestionIds.push(id);
}

/** False when it certainly was not done. */
async function change(session: TrafficSession, token: string, method: 'PUT' | 'DELETE', id: number, body?: object): Promise<boolean> {
  const what = method === 'PUT' ? 'edit' : 'delete';
  const answer = await session.ask({
    actor: 'administrator',
    group: 'admin',
    what,
    method,
    path: `${path}/${id}`,
    token,
    body,
    facts: { questionId: id },
    judge: judgeByStatus(200),
  });
  return answer === undefined || answer.status === 200 || answer.status >= 500;
}

function forget(world: World, id: number): void {
  world.ownQuestionIds.splice(world.ownQuestionIds.indexOf(id), 1);
}

/** Inactive: players must not meet a question that may be gone before they answer it. */
function questionOf(version: number): object {
  return {
    questionType: 'single_choice',
    practical: false,
    difficulty: 'medium',
    topic: 'Traffic',
    isActive: false,
    question: `<p>Which version is this? (${version})</p>`,
    answer: `<p>Version ${version}.</p>`,
    choices: [
      { choiceText: `version ${version}`, isGood: true },
      ...[1, 2, 3].map((step) => ({ choiceText: `version ${version + step}`, isGood: false, explanation: 'That one is not written yet.' })),
    ],
  };
}
