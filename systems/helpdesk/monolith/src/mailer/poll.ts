/** One look at the queue: the oldest mails that still have a chance, each sent, and what came of it written down. */
import type { Transporter } from 'nodemailer';
import type { PrismaClient } from '../generated/mailer/client.ts';

const mailsPerPoll = 10;
const mostAttempts = 5;

export interface PollParts {
  readonly outbox: PrismaClient['emailOutbox'];
  readonly transport: Transporter;
  readonly from: string;
}

export async function pollOnce({ outbox, transport, from }: PollParts): Promise<void> {
  const mails = await outbox.findMany({
    where: { sent: false, attempts: { lt: mostAttempts } },
    orderBy: { createdAt: 'asc' },
    take: mailsPerPoll,
  });
  for (const { id, to, subject, body, attempts } of mails) {
    try {
      await transport.sendMail({ from, to, subject, text: body });
      await outbox.update({ where: { id }, data: { sent: true, sentAt: new Date(), error: null } });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await outbox.update({ where: { id }, data: { attempts: attempts + 1, error: text } });
      process.stderr.write(`Mail ${id} was not sent: ${text}\n`);
    }
  }
}
