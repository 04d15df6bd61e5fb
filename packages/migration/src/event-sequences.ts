/** The numbers of events: a service whose database is new goes on after what it has published before. */

import type { PlannedExtraction } from './plan.ts';

export interface EventSequences {
  /**
   * Has the outbox of the extraction's service number each key after the highest number of the service that the event store has. Numbers only
   * rise; may be repeated. Answers how many keys were raised; 0 without an event store.
   */
  continueAfterLog(extraction: PlannedExtraction): Promise<number>;
}
