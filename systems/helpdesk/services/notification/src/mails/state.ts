/** What state a mail is in, as its row `m` and that of its next try `r` say; in SQL, for whoever asks for it. */

/** So often the monolith's mailer has tried what it has given up. It has no row for the next try. */
const attemptsOfMonolith = 5;

export const mails = 'email_outbox m left join mail_retries r on r.mail_id = m.id';

/** Nobody tries any more, unless an operator says so. */
export const isDead = `(not m.sent and (r.gave_up_at is not null or (r.mail_id is null and m.attempts >= ${attemptsOfMonolith})))`;

/** To be sent now. */
export const isDue = `(not m.sent and case when r.mail_id is null then m.attempts < ${attemptsOfMonolith} else r.gave_up_at is null and r.due_at <= now() end)`;

/** Whether the queue is this service's, as the controller has said. */
export const isOurs = `exists (select from banyan.owners where extraction = 'notification' and owner = 'notification')`;
