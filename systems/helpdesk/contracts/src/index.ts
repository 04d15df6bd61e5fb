/** Helpdesk: events and endpoints. */
export { accountEndpoints } from './accounts.ts';
export { administrationEndpoints } from './administration.ts';
export { auditEndpoints, auditSearch, type AuditSearch } from './audit.ts';
export { agent, dashboardEndpoints, listedUser, ticketNumbers } from './dashboard.ts';
export { endpoints, endpointsByService, internalEndpointsByService } from './endpoints.ts';
export * from './events.ts';
export { auditInternal, notificationInternal, ticketInternal, userInternal } from './internal.ts';
export { ticketChangeEndpoints } from './ticket-changes.ts';
export { restEndpoints } from './rest.ts';
export { type TicketStatus, ticketStatuses } from './ticket-shapes.ts';
export { ticketEndpoints } from './tickets.ts';
export { type Role, roles, userRef } from './users.ts';
