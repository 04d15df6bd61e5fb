/** Events and endpoints: names, schemas, versions, OpenAPI, AsyncAPI. No I/O here: what reads and writes files is in contract-folder. */
export { type Answer, findProblems } from './answer.ts';
export { type AsyncApiDocument, toAsyncApi } from './async-api.ts';
export { type CatalogueEntry, eventCatalogue, eventsPublishedBy, eventsReadBy, publishersOf } from './catalogue.ts';
export { type Cause, currentCause, runWithCause } from './cause.ts';
export { findBreakingChanges, type ReleasedEvent, toReleasedEvent } from './compatibility.ts';
export {
  type Caller,
  callerOf,
  type Effect,
  endpoint,
  type EndpointContract,
  type GivenRequest,
  type Method,
  type RequestContract,
  type ResponseContract,
  type Subject,
} from './endpoint.ts';
export {
  checkEventData,
  type EnvelopeFacts,
  type EventEnvelope,
  eventSchemaUri,
  partitionKeyOf,
  readEnvelope,
  readEvent,
  type Reading,
  sequenceText,
  toEnvelope,
  versionOf,
} from './envelope.ts';
export { ContractError, type ContractErrorCode, contractFaults } from './errors.ts';
export { event, type EventContract, type EventData, type Upcaster } from './event.ts';
export { findInternal, type FoundEndpoint, internalEndpoint, type InternalEndpointContract } from './internal-endpoint.ts';
export { type JsonSchema, toJsonSchema } from './json-schema.ts';
export { type ApiDescription, type OpenApiDocument, toOpenApi } from './open-api.ts';
export { partitionOf } from './partition-of.ts';
export { isRowEvent, rowEventId } from './row-event.ts';
