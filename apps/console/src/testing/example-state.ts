/** A migration half done, as a controller tells of it: one of seven has left, one is on its way, one differs. */
import type { ExtractionView, StateView } from '@banyan/controller/state-view';

const names = ['auth', 'question', 'quiz', 'achievement', 'leaderboard', 'admin', 'maintenance'] as const;
const shares = [10, 50, 100].map((sharePercent) => ({ stage: 'canary' as const, sharePercent }));
const plain = (stage: ExtractionView['stage']) => ({ stage, sharePercent: 0 });

const planned: Omit<ExtractionView, 'name'> = {
  stage: 'planned',
  sharePercent: 0,
  positions: [plain('planned'), plain('replicating'), plain('shadow'), ...shares, plain('owner'), plain('retired')],
  after: [],
  tables: ['public.answers', 'public.quizzes'],
  follows: 'none',
  held: false,
  requestsPerSecond: {},
  shadow: { compared: 0, mismatches: 0, dropped: 0 },
  next: {
    to: plain('replicating'),
    gates: [gate('inspection', 'pass', 'Both databases are fit for replication.', { errors: 0, warnings: 1 })],
  },
};

export function exampleState(): StateView {
  const at = new Date(Date.now() - 90_000).toISOString();
  return {
    system: 'node-learn',
    title: 'Node-Learn',
    controller: { epoch: 4, pid: 4711, startedAt: at },
    routeVersion: 23,
    programs: [
      { name: 'monolith', role: 'monolith', database: 'node_learn' },
      ...names.map((name) => ({ name, role: 'service' as const, database: `${name}_db` })),
    ],
    eventsPerSecond: { auth: 2.4, question: 0.8 },
    gateways: [{ adminUrl: 'http://127.0.0.1:3001', version: 23, inFlight: 3, held: 0 }],
    requestsPerSecond: { monolith: 61.2, auth: 24.6, question: 8.4 },
    monolith: { isOff: false, retirementOrder: [] },
    extractions: [owner(at), canary(at), shadow(at), ...names.slice(3).map((name) => ({ ...planned, name, service: name }))],
    events: [{ at, extraction: 'question', step: 'canary', message: 'Half of the users are answered by question.' }],
  };
}

function owner(at: string): ExtractionView {
  return {
    ...planned,
    name: 'auth',
    service: 'auth',
    stage: 'owner',
    tables: ['public.users'],
    follows: 'reverse',
    enteredAt: at,
    requestsPerSecond: { auth: 24.6 },
    replication: { state: 'following', follows: 'reverse', lagMs: 4, rows: 1_204, retainedWalBytes: 16_777_216, positionLsn: '0/3A2F010' },
    verification: verified(at, 'users', 65, 0),
    next: {
      to: plain('retired'),
      gates: [gate('requests as owner', 'wait', '412 of 1000 requests answered as owner.', { requests: 412, needed: 1_000 })],
    },
  };
}

function canary(at: string): ExtractionView {
  return {
    ...planned,
    name: 'question',
    service: 'question',
    stage: 'canary',
    sharePercent: 50,
    after: [{ extraction: 'auth', atLeast: 'owner' }],
    tables: ['public.questions', 'public.choices'],
    follows: 'forward',
    enteredAt: at,
    requestsPerSecond: { monolith: 8.2, question: 8.4 },
    shadow: { compared: 1_250, mismatches: 0, dropped: 3 },
    replication: { state: 'following', follows: 'forward', lagMs: 12, rows: 3_080, retainedWalBytes: 65_536, positionLsn: '0/3A2F010' },
    verification: verified(at, 'questions', 1_420, 0),
    next: {
      to: { stage: 'canary', sharePercent: 100 },
      gates: [
        gate('verification', 'pass', '1420 rows compared at 0/3A2F010: all equal.', { rows: 1_420, differing: 0, ageS: 12, maxAgeS: 60 }),
        gate('canary', 'wait', '31 of 100 answers by the service.', { requests: 31, needed: 100, p99Ms: 18 }),
      ],
    },
  };
}

function shadow(at: string): ExtractionView {
  return {
    ...planned,
    name: 'quiz',
    service: 'quiz',
    stage: 'shadow',
    follows: 'forward',
    enteredAt: at,
    requestsPerSecond: { monolith: 22.1 },
    shadow: { compared: 640, mismatches: 7, dropped: 0 },
    replication: { state: 'following', follows: 'forward', lagMs: 7, rows: 9_310, retainedWalBytes: 32_768 },
    verification: verified(at, 'quizzes', 812, 1),
    next: {
      to: { stage: 'canary', sharePercent: 10 },
      gates: [
        gate('shadow', 'fail', '640 of 500 answers compared, 7 unexplained mismatches (at most 0).', { compared: 640, mismatches: 7 }, [
          { path: 'score', count: 7 },
        ]),
      ],
    },
  };
}

function verified(at: string, table: string, rows: number, differing: number) {
  const samples =
    differing === 0 ? [] : [{ table, key: ['17'], kind: 'changed', cause: 'rogue-write', columns: ['score'], detail: 'score differs' }];
  return { at, ageS: 90, position: '0/3A2F010', rows, differing, samples, tables: [{ table, rows, differing }] };
}

function gate(
  name: string,
  status: 'pass' | 'wait' | 'fail',
  message: string,
  numbers: Readonly<Record<string, number>>,
  samples: readonly unknown[] = [],
) {
  return { name, status, isHard: name === 'inspection', message, numbers, samples };
}
