/** The mails that followed from what happened: nearly all sent, some waiting, some given up. Oldest first. */
import type { Happened } from './audit.ts';
import { type Invention, toTime } from './invention.ts';
import type { MailRow } from './rows.ts';

const sentAfterMs = 3_000;
const mostAttempts = 5;

interface Written {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly at: number;
}

export function inventMails(invention: Invention, happened: Happened): MailRow[] {
  const mails = [...ofAccounts(invention, happened), ...ofTickets(happened)].sort((one, other) => one.at - other.at);
  const few = Math.round(mails.length * 0.02);
  // The newest wait; given up are some of those before.
  const givenUp = new Set(Array.from({ length: few }, (_, index) => 10 + index * Math.floor((mails.length - few - 20) / few)));
  return mails.map((mail, index) =>
    toRow(invention, mail, index >= mails.length - few ? 'waiting' : givenUp.has(index) ? 'given up' : 'sent'),
  );
}

function toRow(invention: Invention, { to, subject, body, at }: Written, state: 'sent' | 'waiting' | 'given up'): MailRow {
  const head = { id: invention.id(), to, subject, body };
  const createdAt = toTime(at);
  if (state === 'waiting') return { ...head, sent: false, sentAt: null, error: null, attempts: 0, createdAt, updatedAt: createdAt };
  if (state === 'sent') {
    const sentAt = toTime(at + sentAfterMs);
    return { ...head, sent: true, sentAt, error: null, attempts: 0, createdAt, updatedAt: sentAt };
  }
  const error = "Can't send mail - all recipients were rejected: 451 Try again later";
  return { ...head, sent: false, sentAt: null, error, attempts: mostAttempts, createdAt, updatedAt: toTime(at + mostAttempts * 5_000) };
}

function ofAccounts(invention: Invention, { users, gone, resets }: Happened): Written[] {
  const welcome = (to: string, firstName: string | null, at: number): Written => ({
    to,
    subject: 'Welcome to Helpdesk',
    body: `${firstName ? `Hello ${firstName},` : 'Hello,'}\n\nYour account has been created. You can log in now.\n\nThe Helpdesk team`,
    at,
  });
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  return [
    ...users.map(({ email, firstName, createdAt }) => welcome(email, firstName, Date.parse(createdAt))),
    ...gone.map(({ email, signedUpAt }) => welcome(email, null, signedUpAt)),
    ...resets.requests.map(({ userId, at }) => {
      const token = Array.from({ length: 64 }, () => invention.below(16).toString(16)).join('');
      const link = `http://localhost:8080/reset-password?token=${token}`;
      return {
        to: emails.get(userId) ?? '',
        subject: 'Password Reset Request',
        body: `Hello,\n\nA new password was requested for your account. Choose it here:\n\n${link}\n\nThe link is valid for 1 hour. If you have not requested it, ignore this mail.\n\nThe Helpdesk team`,
        at,
      };
    }),
  ];
}

function ofTickets({ users, made }: Happened): Written[] {
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  return made.events.map(({ ticket, at, change }) => {
    const to = emails.get(ticket.userId) ?? '';
    if (change.kind === 'status') {
      const body = `The status of your ticket "${ticket.title}" has changed.\n\nOld status: ${change.oldStatus}\nNew status: ${change.newStatus}`;
      return { to, subject: `Ticket Status Updated: ${ticket.title}`, body, at };
    }
    const what = change.assignee === null ? 'is no longer assigned' : `has been assigned to ${change.assignee.email}`;
    return { to, subject: `Ticket Assignment Update: ${ticket.title}`, body: `Your ticket "${ticket.title}" ${what}.`, at };
  });
}
