/** The mail stand-in: an SMTP server that keeps what it is given, and a small HTTP server that shows it. */
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from '../http-server.ts';
import { createMailFaults } from './faults.ts';
import { createMailbox } from './mailbox.ts';
import { addMailRoutes } from './mail-routes.ts';
import { type RunningSmtp, startSmtp } from './smtp.ts';

export interface MailStandin {
  /** Not listening yet. */
  readonly http: FastifyInstance;
  readonly smtp: RunningSmtp;
}

/** Bodies of control requests may have 1 MB. */
export async function startMail(options: { smtpPort: number; mailsMax: number }): Promise<MailStandin> {
  const parts = { mailbox: createMailbox(options.mailsMax), faults: createMailFaults() };
  const smtp = await startSmtp(options.smtpPort, parts);
  const http = createHttpServer();
  addMailRoutes(http, parts);
  return { http, smtp };
}
