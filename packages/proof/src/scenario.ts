// What a scenario is, and what it may touch: HTTP like any client, and a control seam for what no client can do.
import { type ClockControl } from './clock.ts';
import { type GoogleStandIn } from './google-stand-in.ts';
import { type HttpClient } from './http-client.ts';
import { type MailStandIn } from './mail-stand-in.ts';

export interface Scenario {
  /** `A12`. */
  readonly id: string;
  readonly title: string;
  /** Why nobody else may use the system meanwhile. Absent: safe beside other scenarios and live traffic. */
  readonly exclusive?: string;
  readonly needs?: readonly ('clock' | 'kill' | 'broker')[];
  /** Why this target, as it stands now, cannot be asked for it: then it is skipped with this reason. */
  readonly unfit?: (target: AcceptanceTarget) => string | undefined;
  run(target: AcceptanceTarget): Promise<void>;
}

export interface AcceptanceTarget {
  readonly client: HttpClient;
  /** Throws PROOF_TARGET when the target names none, as does `mail`. */
  readonly google: GoogleStandIn;
  readonly mail: MailStandIn;
  /** The secret that tokens are signed with, for forged and expired ones. */
  readonly jwtSecret: string;
  /** Flags that are on; expectations follow them. */
  readonly flags: ReadonlySet<string>;
  /** Known defects this target still shows (`D8`): scenarios expect the defect's bounds instead of the correction's. */
  readonly defects: ReadonlySet<string>;
  /** What the system was told and its answers depend on, in words of its own suite: `frontendUrl`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly control: ControlSeam;
  /** Taken away when the target is closed: what scenarios share and made with the first of them. */
  readonly leftovers: (() => Promise<void>)[];
  /** Takes the leftovers away, last made first, and gives the connections back. */
  close(): Promise<void>;
}

export interface ControlSeam {
  /** On the database that owns `table` at the moment. */
  sql<Row extends object>(table: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** On one database by name, `monolith` for instance. */
  sqlAt<Row extends object>(database: string, text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The names of all databases that hold `table`: its owner first, then copies. */
  databasesOf(table: string): readonly string[];
  /** The clock of the program that runs the nightly jobs. */
  readonly clock?: ClockControl;
  /** Kills a program by name with SIGKILL; it is started again by its supervisor. */
  readonly kill?: (program: string) => Promise<void>;
  /** Runs the work while nobody else reads or writes `table` at its owner. */
  readonly whileLocked: <Result>(table: string, work: () => Promise<Result>) => Promise<Result>;
  readonly broker?: BrokerControl;
  /** Pauses live traffic while an exclusive scenario runs; resolves to what resumes it. */
  readonly quiet?: () => Promise<() => Promise<void>>;
}

/** The broker between the services: on the embedded default a database, which is the event store as well. */
export interface BrokerControl {
  /** Nobody can publish or read until it is back. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** On the event store, while the broker is not away. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What a scenario works on; it takes away what the scenario made, whether that held or not. */
export interface Stage {
  leave(): Promise<void>;
}

/** Makes scenarios that each get a stage of their own. */
export function scenariosOn<Own extends Stage>(setUp: (target: AcceptanceTarget) => Own) {
  return (
    id: string,
    title: string,
    play: (stage: Own) => Promise<void>,
    options: Pick<Scenario, 'exclusive' | 'needs' | 'unfit'> = {},
  ): Scenario => ({
    id,
    title,
    ...options,
    run: async (target) => {
      const stage = setUp(target);
      try {
        await play(stage);
      } finally {
        await stage.leave();
      }
    },
  });
}
