/** Starts the stand-ins on 127.0.0.1 and says where they are. */
import type { FastifyInstance } from 'fastify';
import type { StandinsConfiguration } from './configuration.ts';
import { StandinsError } from './errors.ts';
import { createGoogle } from './google/google.ts';
import { googlePaths } from './google/sign-in-routes.ts';
import { startMail } from './mail/mail.ts';

export interface GoogleAddresses {
  /** Base URL; `/control/people` and `/avatars/<id>.svg` hang below it. */
  readonly url: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly userinfoUrl: string;
}

export interface MailAddresses {
  /** Base URL of the page; `/mails` and `/control/faults` hang below it. */
  readonly url: string;
  /** `smtp://127.0.0.1:4411`. */
  readonly smtpUrl: string;
}

export interface Standins {
  readonly google?: GoogleAddresses;
  readonly mail?: MailAddresses;
  /** Closes every connection and frees the ports. */
  close(): Promise<void>;
}

const peopleMaxDefault = 20_000;
const mailsMaxDefault = 20_000;

interface Started<Addresses> {
  readonly addresses: Addresses;
  close(): Promise<void>;
}

/** Those whose ports are given. Throws STANDINS_PORT_TAKEN when another program listens on one of them. */
export async function startStandins(configuration: StandinsConfiguration): Promise<Standins> {
  const google = await startGoogle(configuration);
  const mail = await startMails(configuration).catch(async (error: unknown) => {
    await google?.close();
    throw error;
  });
  return {
    ...(google && { google: google.addresses }),
    ...(mail && { mail: mail.addresses }),
    close: async () => void (await Promise.all([google?.close(), mail?.close()])),
  };
}

async function startGoogle({ googlePort, peopleMax, frontendUrl }: StandinsConfiguration): Promise<Started<GoogleAddresses> | undefined> {
  if (googlePort === undefined) return undefined;
  const server = createGoogle({ peopleMax: peopleMax ?? peopleMaxDefault, frontendUrl });
  const url = await listen(server, googlePort);
  const addresses = {
    url,
    authorizeUrl: url + googlePaths.authorize,
    tokenUrl: url + googlePaths.token,
    userinfoUrl: url + googlePaths.userinfo,
  };
  return { addresses, close: () => server.close() };
}

async function startMails({ mailPort, smtpPort, mailsMax }: StandinsConfiguration): Promise<Started<MailAddresses> | undefined> {
  if (mailPort === undefined) return undefined;
  const { http, smtp } = await startMail({ smtpPort: smtpPort ?? 0, mailsMax: mailsMax ?? mailsMaxDefault });
  const url = await listen(http, mailPort).catch(async (error: unknown) => {
    await smtp.close();
    throw error;
  });
  const close = async () => void (await Promise.all([http.close(), smtp.close()]));
  return { addresses: { url, smtpUrl: `smtp://127.0.0.1:${smtp.port}` }, close };
}

async function listen(server: FastifyInstance, port: number): Promise<string> {
  return server.listen({ host: '127.0.0.1', port }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new StandinsError('STANDINS_PORT_TAKEN', `Port ${port} on 127.0.0.1 is taken.`, { cause });
  });
}
