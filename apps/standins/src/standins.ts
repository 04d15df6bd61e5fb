/** Starts the stand-ins on 127.0.0.1 and says where they are. */
import type { StandinsConfiguration } from './configuration.ts';
import { StandinsError } from './errors.ts';
import { createGoogle } from './google/google.ts';
import { googlePaths } from './google/sign-in-routes.ts';

export interface Standins {
  readonly google: {
    /** Base URL; `/control/people` and `/avatars/<id>.svg` hang below it. */
    readonly url: string;
    readonly authorizeUrl: string;
    readonly tokenUrl: string;
    readonly userinfoUrl: string;
  };
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

const peopleMaxDefault = 20_000;

/** Throws STANDINS_PORT_TAKEN when another program listens on the port. */
export async function startStandins(configuration: StandinsConfiguration): Promise<Standins> {
  const server = createGoogle({ peopleMax: configuration.peopleMax ?? peopleMaxDefault, frontendUrl: configuration.frontendUrl });
  const url = await server.listen({ host: '127.0.0.1', port: configuration.googlePort }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new StandinsError('STANDINS_PORT_TAKEN', `Port ${configuration.googlePort} on 127.0.0.1 is taken.`, { cause });
  });
  const google = {
    url,
    authorizeUrl: url + googlePaths.authorize,
    tokenUrl: url + googlePaths.token,
    userinfoUrl: url + googlePaths.userinfo,
  };
  return { google, close: () => server.close() };
}
