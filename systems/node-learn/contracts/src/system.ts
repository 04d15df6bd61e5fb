/** All contracts of Node-Learn, as the files beside them are written from them. */
import type { SystemContracts } from '@banyan/contract/contract-files';
import { endpointsByService } from './endpoints.ts';
import { events } from './events.ts';

export const contracts: SystemContracts = {
  api: {
    title: 'Node-Learn',
    version: '1.0.0',
    description: 'Endpoints that have a contract, as every program that serves them must answer.',
  },
  messages: {
    title: 'Node-Learn',
    version: '1.0.0',
    description: 'What happens in Node-Learn: who tells it, who reads it, and ordered by what.',
  },
  endpointsByService,
  events,
};
