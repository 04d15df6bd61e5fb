/** Which states of a saga are well, under way, or need a person. */
import type { ServiceSaga } from '@banyan/controller/sagas';

export const tones: Readonly<Record<ServiceSaga['state'], string>> = {
  running: 'wait',
  undoing: 'wait',
  'needs-operator': 'fail',
  completed: 'pass',
  compensated: 'pass',
};
