// Acceptance kit, traffic driver, ledger, fault injection, checkers.
export { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embedded-server.ts';
export { errorCatalogue, ProofError, type ProofErrorCode } from './errors.ts';
export { freePort } from './free-port.ts';
