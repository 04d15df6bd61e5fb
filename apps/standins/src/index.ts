/** The outside parties, local: Google sign-in, a mail server. */
export { readConfiguration, type StandinsConfiguration } from './configuration.ts';
export { StandinsError, type StandinsErrorCode, standinsFaults } from './errors.ts';
export { startStandins, type Standins } from './standins.ts';
