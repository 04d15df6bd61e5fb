/** Runs one service: configuration, schema changes, health, drain. */
export {};
