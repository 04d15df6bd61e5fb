/** The shape of `banyan.config.ts`: the programs of one system, their databases, stand-ins and environment. */

/** What the supervisor knows about a program when it starts it; all addresses are on 127.0.0.1 in a local run. */
export interface ProgramFacts {
  /** Port on which the program serves its clients. */
  readonly port: number;
  /** Port for health and metrics, never reachable through the gateway; unused by a monolith. */
  readonly internalPort: number;
  readonly database: DatabaseFacts;
  /** Base URLs without a trailing slash. */
  readonly gatewayUrl: string;
  readonly monolithUrl: string;
  /** The values of `SystemDefinition.secrets`, generated at the first start and kept. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Stand-in name to base URL. */
  readonly standins: Readonly<Record<string, string>>;
}

export interface DatabaseFacts {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

export interface ProgramDefinition {
  readonly role: 'monolith' | 'service';
  /** Folder of the program, relative to `banyan.config.ts`. */
  readonly directory: string;
  /** Compiled entry, relative to `directory`. */
  readonly entry: string;
  /** A program that brings the database's schema and seed up to date and ends; run before `entry`, may be run again. */
  readonly schema?: { readonly entry: string };
  /** Name of its database; one database per program. */
  readonly database: string;
  /** Path that answers 200 once the program can serve: on the public port for a monolith, on the internal port for a service. */
  readonly readyPath: string;
  /** All variables the program needs. */
  environment(facts: ProgramFacts): Record<string, string>;
}

/** A program the supervisor starts and stops besides the system itself; paths as in `ProgramDefinition`. */
export interface TrafficDefinition {
  readonly directory: string;
  readonly entry: string;
  /** Fills the monolith's database with the data set. */
  readonly seedEntry: string;
}

export interface AcceptanceDefinition {
  readonly directory: string;
  readonly entry: string;
}

export type StandinName = 'google';

export interface SystemDefinition {
  /** kebab-case; the name of its folder. */
  readonly name: string;
  readonly title: string;
  /** Path of `migration.ts`, relative to `banyan.config.ts`. */
  readonly migration: string;
  /** Exactly one has the role `monolith`. The keys are the names `migration.ts` uses for services. */
  readonly programs: Readonly<Record<string, ProgramDefinition>>;
  readonly standins: readonly StandinName[];
  /** Names of secrets to generate (32 random bytes, base64url) at the first start. */
  readonly secrets: readonly string[];
  readonly traffic?: TrafficDefinition;
  readonly acceptance?: AcceptanceDefinition;
}

/** Types a system's configuration; it is checked when it is loaded, not here. */
export function defineSystem(definition: SystemDefinition): SystemDefinition {
  return definition;
}
