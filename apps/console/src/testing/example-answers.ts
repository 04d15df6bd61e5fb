/** What a controller answers to the other questions, for the same half-done migration. */

const now = Date.now(); // one instant for all, so that what lies between two of them is always the same
const at = (agoS: number) => new Date(now - agoS * 1000).toISOString();

export const correlationId = '0d5c2a34-9d0b-4f1e-8f5f-2f6f4b1f9a11';
export const sagaId = '7b0f6b1e-55a2-4d0e-9b0a-0a4a2f3d9c01';

const saga = {
  id: sagaId,
  service: 'quiz',
  name: 'answer-submission',
  key: 'user-42 question-7',
  version: 2,
  state: 'completed',
  input: { userId: 42, questionId: 7, answer: 'b' },
  arms: [],
  correlationId,
  takenOver: 1,
  startedAt: at(61),
  endedAt: at(60.88),
  marks: [],
};

const records = [
  { number: 1, at: at(60.99), kind: 'done', step: 'record', content: { result: { answerId: 991 } } },
  { number: 2, at: at(60.95), kind: 'done', step: 'award', content: { result: { points: 10 } } },
  { number: 3, at: at(60.88), kind: 'done', step: 'announce' },
];

const letters = { service: 'achievement', group: 'achievement', type: 'answer.submitted', error: 'relation "awards" does not exist' };

/** By path of the controller; the query is not looked at but where it is in the key. */
export const exampleAnswers: Readonly<Record<string, unknown>> = {
  '/v1/evidence': {
    evidence: [
      {
        id: 12,
        extraction: 'question',
        kind: 'verification',
        at: at(90),
        body: { scope: 'all', rows: 1_420, differing: 0, position: '0/3A2F010', samples: [] },
      },
      { id: 9, extraction: 'question', kind: 'rehearsal', at: at(400), body: { replayed: 48, asRecorded: 48, equal: 48, differing: 0 } },
    ],
  },
  '/v1/audit': {
    entries: [
      entry(1, 500, 'advance.begun', 'auth', 'ann', 'the quiet hour', { from: 'planned', to: 'replicating' }),
      entry(2, 480, 'advance.done', 'auth', 'ann', 'the quiet hour', { rows: 65 }),
      entry(3, 95, 'advance.begun', 'question', 'bob', '', { from: 'canary', to: 'canary' }),
    ],
    check: { intact: true, rows: 3, headHash: 'c0ffee'.repeat(10) },
  },
  '/v1/mismatches': {
    extractions: [
      { extraction: 'auth', compared: 400, mismatches: 0, dropped: 0, groups: [] },
      {
        extraction: 'quiz',
        compared: 640,
        mismatches: 7,
        dropped: 0,
        groups: [
          group('score', 'value', 'number differs', 5, '{"score":70,"of":100}', '{"score":7,"of":100}'),
          group('status', 'status', 'the service answers another status', 2, '200', '500'),
        ],
      },
    ],
  },
  '/v1/trace': {
    correlationId,
    open: 0,
    entries: [
      { at: at(61.01), program: 'gateway', kind: 'request', what: 'POST /api/stats/record', detail: 'quiz answered 201 after 131 ms' },
      { at: at(61), program: 'quiz', kind: 'saga', what: 'answer-submission begins', detail: '' },
      { at: at(60.99), program: 'quiz', kind: 'published', what: 'answer.submitted', detail: '42 #17' },
      { at: at(60.97), program: 'achievement', kind: 'handled', what: 'answer.submitted', detail: 'handled' },
      { at: at(60.95), program: 'leaderboard', kind: 'handled', what: 'answer.submitted', detail: 'handled' },
      { at: at(60.88), program: 'quiz', kind: 'saga', what: 'answer-submission is completed', detail: '' },
    ],
  },
  '/v1/sagas': {
    counts: [
      { service: 'quiz', name: 'answer-submission', state: 'completed', count: 1_834, p50Ms: 21.4, p99Ms: 96.1 },
      { service: 'quiz', name: 'answer-submission', state: 'needs-operator', count: 1, p50Ms: null, p99Ms: null },
    ],
    sagas: [{ ...saga, records: [] }],
  },
  [`/v1/sagas/${sagaId}`]: { ...saga, records },
  '/v1/dead-letters': {
    groups: [{ id: 'a1b2c3d4', ...letters, count: 3, oldestAt: at(900), newestAt: at(60), parkedKeys: 2 }],
    retrying: 1,
    away: [],
  },
  '/v1/dead-letters?letters': {
    entries: [
      { id: 'achievement-5', ...letters, key: '42', reason: 'failed', at: at(900), attempts: 6, payload: { answerId: 991 }, parked: 4 },
    ],
    away: [],
  },
};

function entry(seq: number, agoS: number, action: string, extraction: string, actor: string, reason: string, detail: unknown) {
  return { seq, at: at(agoS), actor, action, extraction, reason, detail, hash: String(seq).repeat(64) };
}

function group(path: string, kind: string, cause: string, count: number, owner: string, candidate: string) {
  return {
    path,
    kind,
    cause,
    count,
    firstSeen: at(300),
    lastSeen: at(20),
    sample: { method: 'GET', path: '/api/quizzes/7', owner, candidate },
  };
}
