/** What the mailer is told by its surroundings, and the way to its mail server. */
import { createTransport as createNodemailerTransport, type Transporter } from 'nodemailer';
import { readDatabaseUrl, toPort } from '../environment.ts';

export interface MailerSettings {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Undefined: the server wants no log-in. */
  readonly user: string | undefined;
  readonly password: string;
  /** Sender of all mails. */
  readonly from: string;
  readonly pollIntervalMs: number;
}

const implicitTlsPort = 465;

export function readMailerSettings(variables: Readonly<Record<string, string | undefined>> = process.env): MailerSettings {
  return {
    databaseUrl: readDatabaseUrl(variables),
    host: variables.SMTP_HOST || 'mailhog',
    port: toPort('SMTP_PORT', variables.SMTP_PORT, 1025),
    user: variables.SMTP_USER || undefined,
    password: variables.SMTP_PASS ?? '',
    from: variables.SMTP_FROM || 'noreply@helpdesk.local',
    pollIntervalMs: Number(variables.POLL_INTERVAL_MS) || 5_000,
  };
}

export function createTransport({ host, port, user, password }: MailerSettings): Transporter {
  return createNodemailerTransport({
    host,
    port,
    secure: port === implicitTlsPort,
    ...(user !== undefined && { auth: { user, pass: password } }),
  });
}
