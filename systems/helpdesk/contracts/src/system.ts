/** All contracts of Helpdesk, as the files beside them are written from them. */
import type { SystemContracts } from '@banyan/contract/contract-files';
import { endpointsByService } from './endpoints.ts';
import { events } from './events.ts';

const about = { title: 'Helpdesk', version: '1.0.0' };

export const contracts: SystemContracts = {
  api: { ...about, description: 'Endpoints that have a contract, as every program that serves them must answer.' },
  messages: { ...about, description: 'What happens in Helpdesk: who tells it, who reads it, and ordered by what.' },
  endpointsByService,
  events,
};
