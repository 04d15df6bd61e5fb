/** What every view is given. */
import type { StateView } from '@banyan/controller/state-view';
import type { Live } from '../reading/live.ts';

export interface ViewProps {
  readonly live: Live;
  readonly state: StateView;
  /** What the address says behind the view's name. */
  readonly rest: readonly string[];
}
