/** All endpoints, by the service that answers them, and in the order of the documents. */
import type { EndpointContract, InternalEndpointContract } from '@banyan/contract';
import { accountEndpoints } from './accounts.ts';
import { administrationEndpoints } from './administration.ts';
import { auditEndpoints } from './audit.ts';
import { dashboardEndpoints } from './dashboard.ts';
import { auditInternal, notificationInternal, ticketInternal, userInternal } from './internal.ts';
import { restEndpoints } from './rest.ts';
import { ticketChangeEndpoints } from './ticket-changes.ts';
import { ticketEndpoints } from './tickets.ts';

/** What clients may ask; each service starts with these and no others. */
export const endpointsByService = {
  user: [...accountEndpoints, ...administrationEndpoints],
  ticket: [...ticketEndpoints, ...ticketChangeEndpoints],
  bridge: [],
  notification: [],
  audit: [...auditEndpoints],
  admin: [...dashboardEndpoints, ...restEndpoints],
} as const satisfies Record<string, readonly EndpointContract[]>;

/** What services may ask each other. */
export const internalEndpointsByService = {
  user: Object.values(userInternal),
  ticket: Object.values(ticketInternal),
  bridge: [],
  notification: Object.values(notificationInternal),
  audit: Object.values(auditInternal),
  admin: [],
} as const satisfies Record<keyof typeof endpointsByService, readonly InternalEndpointContract[]>;

export const endpoints = [
  ...endpointsByService.user,
  ...endpointsByService.ticket,
  ...endpointsByService.audit,
  ...endpointsByService.admin,
] as const;
