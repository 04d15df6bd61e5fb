/** One extraction of a system on its journey. */
import type { ReplicatedTable } from '@banyan/replication';

export interface Leg {
  readonly extraction: string;
  /** The program that takes over. */
  readonly service: string;
  /** The program that has the tables then; another one when its extraction is cut over with this one. */
  readonly holder: string;
  /** The moving tables, by their names on either side. */
  readonly tables: readonly ReplicatedTable[];
  /** Whether it has routes; without any its answers are compared with nobody's, and nobody is moved over step by step. */
  readonly isAsked: boolean;
  /** What has to own its tables before it may, and as long as it does. */
  readonly after: readonly string[];
  /** False while routes that are not its own write its tables, and when its tables change owner with another extraction. */
  readonly mayOwn: boolean;
  /** Whether its writes can be done again on scratch copies, which the gate before owner then asks for. */
  readonly isRehearsed: boolean;
}
