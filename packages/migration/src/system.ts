/** The shape of `banyan.config.ts`: the programs of one system, their databases, stand-ins and environment. */

import type { SystemContracts } from '@banyan/contract/contract-files';

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
  /** For a program that adds rows to tables which the monolith still owns, and for no other. */
  readonly monolithDatabaseUrl: string;
  /** Service name to the base URL of its internal port, where services ask each other. */
  readonly internalUrls: Readonly<Record<string, string>>;
  /** Where a service asks whether what it has written has reached the other side, with this token, which opens nothing else. */
  readonly controllerUrl: string;
  readonly controllerToken: string;
  /** Base URL of the system's front end as its users see it; undefined when the system has none. */
  readonly webUrl?: string;
  /** Where events are published and read; its scheme names the driver. Empty when the system declares no broker. */
  readonly brokerUrl: string;
  /** The monolith is off and what was wrong with it may be mended: the flags for that are on. False during the migration. */
  readonly corrections: boolean;
  /** The values of `SystemDefinition.secrets`, generated at the first start and kept. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Addresses of the stand-ins: `google`, `mail` (its page and API, like every http address without a trailing slash), `smtp` (`smtp://127.0.0.1:4411`). */
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
  /** Made by `attached`: it runs already, and the fields above that say how to start it have no meaning. */
  readonly attached?: Attachment;
}

/** A program that runs already, with its own database. Banyan asks and follows them; it never starts, stops, creates or drops them. */
export interface AttachedProgram {
  readonly role: 'monolith' | 'service';
  /** Where it serves its clients: `http://127.0.0.1:8080`. */
  readonly url: string | undefined;
  /** `postgres://user:password@host:5432/name`, as the role that is to follow it; `banyan doctor` says which rights that takes. */
  readonly databaseUrl: string | undefined;
  /** Path below `url` that answers 200 when the program can serve. */
  readonly readyPath: string;
}

export interface Attachment {
  /** Without a trailing slash. */
  readonly url: string;
  readonly databaseUrl: string;
}

/**
 * A program of the monolith that serves nobody and works on its database: a mailer, a poller, a job. It is started behind the monolith and ends
 * with it; it gets the facts of the monolith. Paths as in `ProgramDefinition`.
 */
export interface SideProgramDefinition {
  readonly directory: string;
  readonly entry: string;
  /** What it writes to its output when it works. */
  readonly readyText: string;
  environment(facts: ProgramFacts): Record<string, string>;
}

/** A program the supervisor starts and stops besides the system itself; paths as in `ProgramDefinition`. */
export interface TrafficDefinition {
  readonly directory: string;
  readonly entry: string;
  /** Fills the monolith's database with the data set. */
  readonly seedEntry: string;
}

/**
 * The system's front end: what serves its page. It owns no database and no routes, asks the gateway like any client, and takes no part in a
 * migration. Paths as in `ProgramDefinition`; it serves on `facts.port`.
 */
export interface WebDefinition {
  readonly directory: string;
  readonly entry: string;
  /** Path that answers 200 once it serves. */
  readonly readyPath: string;
  /**
   * Its page asks the gateway itself, from its own origin, which the system's programs let in; the gateway's own answers then do as well.
   * Absent: what the page asks goes through this program.
   */
  readonly asksGateway?: true;
  environment(facts: WebFacts): Record<string, string>;
}

export type WebFacts = Pick<ProgramFacts, 'port' | 'gatewayUrl'>;

export interface AcceptanceDefinition {
  readonly directory: string;
  readonly entry: string;
}

/** `google`: signing in. `mail`: an SMTP server that shows what it was given. */
export type StandinName = 'google' | 'mail';

export interface SystemDefinition {
  /** kebab-case; the name of its folder. */
  readonly name: string;
  readonly title: string;
  /** Path of `migration.ts`, relative to `banyan.config.ts`. */
  readonly migration: string;
  /** Exactly one has the role `monolith`. The keys are the names `migration.ts` uses for services. */
  readonly programs: Readonly<Record<string, ProgramDefinition>>;
  /** By the names that `migration.ts` uses for them; none of them is in `programs`. */
  readonly sidePrograms?: Readonly<Record<string, SideProgramDefinition>>;
  readonly standins: readonly StandinName[];
  /** `embedded`: events go through a database of the embedded server, unless a run is given another broker (`--bus`). Absent: no events. */
  readonly broker?: 'embedded';
  /**
   * All endpoints and events of the services: shown at `/docs` of the gateway's admin port; and which fields of a dead letter are personal, and whether its reader
   * can read it. Absent: all data counts as personal.
   */
  readonly contracts?: SystemContracts;
  /** Names of secrets to generate (32 random bytes, base64url) at the first start. */
  readonly secrets: readonly string[];
  readonly web?: WebDefinition;
  readonly traffic?: TrafficDefinition;
  readonly acceptance?: AcceptanceDefinition;
}

/** Describes a program that is not to be started. What is missing, as a variable that is not set, is named when the file is loaded. */
export function attached({ role, url = '', databaseUrl = '', readyPath }: AttachedProgram): ProgramDefinition {
  const database = URL.canParse(databaseUrl) ? decodeURIComponent(new URL(databaseUrl).pathname.slice(1)) : '';
  const attachment = { url: url.replace(/\/$/, ''), databaseUrl };
  return { role, directory: '.', entry: '', database, readyPath, environment: () => ({}), attached: attachment };
}

type MayBeLeftOut = 'standins' | 'secrets';

/** Types a system's configuration; it is checked when it is loaded, not here. What most systems do without may be left out. */
export function defineSystem(
  definition: Omit<SystemDefinition, MayBeLeftOut> & Partial<Pick<SystemDefinition, MayBeLeftOut>>,
): SystemDefinition {
  return { standins: [], secrets: [], ...definition };
}
