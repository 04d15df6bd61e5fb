/** The SMTP side: takes every mail from everybody, unless a fault was asked for. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { StandinsError } from '../errors.ts';
import type { MailFaults } from './faults.ts';
import type { Mailbox } from './mailbox.ts';

export interface SmtpParts {
  readonly mailbox: Mailbox;
  readonly faults: MailFaults;
}

export interface RunningSmtp {
  readonly port: number;
  /** Connections under way are cut. */
  close(): Promise<void>;
}

const largestMailBytes = 10_000_000;
/** Clients are given so long to go by themselves. */
const closeTimeoutMs = 100;

/** Listens on 127.0.0.1; port 0 takes a free one. Throws STANDINS_PORT_TAKEN. */
export async function startSmtp(port: number, parts: SmtpParts): Promise<RunningSmtp> {
  const server = new SMTPServer({
    banner: 'Banyan stand-in: mails stay here',
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: largestMailBytes,
    closeTimeout: closeTimeoutMs,
    logger: false,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
    onRcptTo: ({ address }, _session, done) => done(parts.faults.take('refuse', [address]) === undefined ? undefined : refusal()),
    onData: (stream, session, done) => void take(stream, session, parts).then((broken) => (broken ? cut(server, session) : done()), done),
  });
  // A client that breaks off is its own affair.
  server.on('error', () => {});
  const listening = server.listen(port, '127.0.0.1');
  await once(listening, 'listening').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new StandinsError('STANDINS_PORT_TAKEN', `Port ${port} on 127.0.0.1 is taken.`, { cause });
  });
  return {
    port: (listening.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(): Error {
  return Object.assign(new Error('Refused on request'), { responseCode: 451 });
}

/** True when the connection is to be cut instead of an answer. */
async function take(stream: SMTPServerDataStream, session: SMTPServerSession, { mailbox, faults }: SmtpParts): Promise<boolean> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const { mailFrom, rcptTo } = session.envelope;
  const envelope = { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address) };
  const broken = faults.take('break', envelope.to);
  if (broken === undefined || broken.keeps === true) await mailbox.add(envelope, Buffer.concat(chunks).toString());
  if (broken !== undefined) return true;
  const waits = faults.take('delay', envelope.to);
  if (waits !== undefined) await delay(waits.delayMs);
  return false;
}

function cut(server: SMTPServer, { id }: SMTPServerSession): void {
  for (const connection of connectionsOf(server)) if (connection.session.id === id) connection._socket.destroy();
}

interface SmtpConnection {
  readonly session: { readonly id: string };
  readonly _socket: { destroy(): void };
}

/** The library has no word for cutting one off in the middle. */
function connectionsOf(server: SMTPServer): Iterable<SmtpConnection> {
  return (server as unknown as { connections: Iterable<SmtpConnection> }).connections;
}
