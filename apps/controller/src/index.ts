/** Runs migrations and replication; keeps the control database; serves the API of the command line. */
export {};
