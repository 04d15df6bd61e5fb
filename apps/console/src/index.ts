/** The page for whoever runs a migration, and the small program that serves it. */
export { type ConsoleConfiguration, readConfiguration } from './configuration.ts';
export { type ConsoleOptions, type RunningConsole, startConsole } from './console.ts';
export { ConsoleError, type ConsoleErrorCode, errorCatalogue } from './errors.ts';
