/** The one event of the small system. */

import { event, eventCatalogue } from '@banyan/contract';
import { z } from 'zod';

export const userJoined = event({
  type: 'user.joined',
  version: 1,
  summary: 'Somebody is new here',
  key: 'userId',
  data: z.object({ userId: z.string(), email: z.string(), number: z.int() }),
  personal: ['email'],
});

export const events = eventCatalogue([{ contract: userJoined, publisher: 'accounts', consumers: ['accounts'] }]);
