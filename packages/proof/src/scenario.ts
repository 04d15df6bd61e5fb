// What a scenario is, and what it may touch: HTTP like any client, and a control seam for what no client can do.
import { type ClockControl } from './clock.ts';
import { type GoogleStandIn } from './google-stand-in.ts';
import { type HttpClient } from './http-client.ts';

export interface Scenario {
  /** `A12`. */
  readonly id: string;
  readonly title: string;
  /** Why nobody else may use the system meanwhile. Absent: safe beside other scenarios and live traffic. */
  readonly exclusive?: string;
  readonly needs?: readonly ('clock' | 'kill')[];
  run(target: AcceptanceTarget): Promise<void>;
}

export interface AcceptanceTarget {
  readonly client: HttpClient;
  readonly google: GoogleStandIn;
  /** The secret that tokens are signed with, for forged and expired ones. */
  readonly jwtSecret: string;
  /** Flags that are on; expectations follow them. */
  readonly flags: ReadonlySet<string>;
  /** Known defects this target still shows (`D8`): scenarios expect the defect's bounds instead of the correction's. */
  readonly defects: ReadonlySet<string>;
  readonly control: ControlSeam;
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
  /** Pauses live traffic while an exclusive scenario runs; resolves to what resumes it. */
  readonly quiet?: () => Promise<() => Promise<void>>;
}
