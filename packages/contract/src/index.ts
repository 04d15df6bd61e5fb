/** Endpoints and their effects: names, schemas, OpenAPI. No I/O. */
export { type Answer, findProblems } from './answer.ts';
export {
  type Caller,
  type Effect,
  endpoint,
  type EndpointContract,
  type Method,
  type RequestContract,
  type ResponseContract,
} from './endpoint.ts';
export { ContractError, type ContractErrorCode, contractFaults } from './errors.ts';
export { type ApiDescription, type OpenApiDocument, toOpenApi } from './open-api.ts';
