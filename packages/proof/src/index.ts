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
export { type AcceptanceSuite, type OtherScenarios, runAcceptanceProgram } from './acceptance-program.ts';
export { type AcceptanceTargetOptions, createAcceptanceTarget } from './acceptance-target.ts';
export { checkEqual, checkThat, differences, eventually, ScenarioFailure } from './checks.ts';
export { type ClockControl, createClockControl } from './clock.ts';
export { type ArmedCrash, armCrash, crashChannel, type CrashReport } from './crash-point.ts';
export { defectsOf, type Exemption } from './exemptions.ts';
export { createGoogleStandIn, type GooglePerson, type GoogleStandIn, signInThrough } from './google-stand-in.ts';
export { type ColumnTypes, insertRows } from './insert-rows.ts';
export { runSeedProgram, type SeedProgram } from './seed-program.ts';
export { runTrafficProgram, type TrafficProgram, type TrafficSettings } from './traffic-program.ts';
export { createHttpClient, type HttpAnswer, type HttpClient, type HttpRequestOptions } from './http-client.ts';
export { createMailStandIn, type MailFault, type MailStandIn, type ReceivedMail } from './mail-stand-in.ts';
export { countEvents, isMoved, ownerOf, typesOfTrace, unfitWithoutBroker } from './owners.ts';
export { type Program, type ProgramOptions, startProgram } from './program.ts';
export { runScenario, runScenarios, type RunScenariosOptions, type ScenarioResult } from './run-scenarios.ts';
export { type AcceptanceTarget, type BrokerControl, type ControlSeam, type Scenario, scenariosOn, type Stage } from './scenario.ts';
export { startTamperingProxy, type Tampering, type TamperingProxy } from './tampering-proxy.ts';
export { claimsOf, signToken, type TokenAlgorithm, type TokenClaims, unsignedToken } from './tokens.ts';
export {
  captureBaseline,
  recount,
  type RecountCheck,
  type RecountFinding,
  type RecountOptions,
  type RecountReport,
  type RecountTables,
} from './recount.ts';
export { type Fault, type FaultLog, killProcess, openFaultLog, pauseProcess, readFaultLog, restartPostgres } from './faults.ts';
export { plantFault, type PlantedFault, type SourceChange } from './planted-fault.ts';
export { measureOutages, type Outage, type OutageReport } from './outages.ts';
