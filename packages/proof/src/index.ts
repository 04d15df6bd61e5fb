// Acceptance kit, traffic driver, ledger, fault injection, checkers.
export { type EmbeddedServer, type EmbeddedServerOptions, startEmbeddedServer } from './embedded-server.ts';
export { errorCatalogue, ProofError, type ProofErrorCode } from './errors.ts';
export { freePort } from './free-port.ts';
export {
  type AskedLine,
  type Facts,
  type Ledger,
  type LedgerLine,
  openLedger,
  type Outcome,
  readLedger,
  type RunLine,
  type ToldLine,
} from './ledger.ts';
export { createRandom, type SeededRandom } from './seeded-random.ts';
export {
  type Asking,
  createTrafficDriver,
  type GroupCounters,
  type Judgement,
  judgeByStatus,
  type TrafficAction,
  type TrafficAnswer,
  type TrafficDriver,
  type TrafficDriverOptions,
  type TrafficProfile,
  type TrafficSession,
  type TrafficStats,
} from './traffic-driver.ts';
