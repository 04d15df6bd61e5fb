// A32, A33, A44, A45: mails really arrive, also when the mail server is in trouble.
import { checkEqual, checkThat, eventually } from '@banyan/proof';
import { scenario } from '../define.ts';
import { followsWithinMs, type Person, type Stage } from '../stage.ts';

const subject = 'Password Reset Request';
/** A poll of the monolith's mailer counts as an attempt; after so many it gives up. */
const attemptsOfMonolith = 5;
const slowMs = 1_500;

export const mails = [
  scenario('A32', 'a mail that is refused is tried again; the monolith gives up after five polls', async (stage) => {
    const person = await stage.person();
    await stage.delivered(person.email, 'Welcome to Helpdesk');
    const isGivenUp = stage.target.defects.has('D9');
    await stage.target.mail.plant({ kind: 'refuse', to: person.email, ...(!isGivenUp && { times: 1 }) });
    try {
      await requestReset(stage, person);
      if (!isGivenUp) return await arrivesOnce(stage, person);
      await eventually(
        async () => {
          const [mail] = (await stage.queued(person.email)).filter((one) => one.subject === subject);
          checkEqual([mail?.sent, mail?.attempts], [false, attemptsOfMonolith], 'attempts');
        },
        { timeoutMs: 2 * followsWithinMs },
      );
    } finally {
      await stage.target.mail.mend(person.email);
    }
    const { title, id } = await stage.ticket(person);
    await stage.setStatus(id, 'DONE', person);
    await stage.delivered(person.email, `Ticket Status Updated: ${title}`);
    checkEqual(await countOf(stage, person), 0, 'the mail that was given up');
  }),

  scenario('A33', 'a mail that takes long is sent once; by the monolith at least once', async (stage) => {
    const person = await stage.person();
    await stage.delivered(person.email, 'Welcome to Helpdesk');
    await stage.target.mail.plant({ kind: 'delay', to: person.email, times: 1, delayMs: slowMs });
    await requestReset(stage, person);
    if (!stage.target.defects.has('D10')) return arrivesOnce(stage, person);
    await sentInTheEnd(stage, person);
    checkThat((await countOf(stage, person)) >= 1, 'it has arrived');
  }),

  scenario('A44', 'staff is told of a new ticket, once, where the system has an address for that', async (stage) => {
    const { staffEmail } = stage.target.settings;
    const owner = await stage.person();
    const { id, title, description } = await stage.ticket(owner, { description: 'Printer on fire.' });
    await stage.setStatus(id, 'DONE', owner);
    await stage.delivered(owner.email, `Ticket Status Updated: ${title}`);
    if (staffEmail === undefined) return;
    const { text } = await stage.delivered(staffEmail, `New Ticket: ${title}`);
    checkThat(
      [owner.email, title, description].every((part) => text.includes(part)),
      'who, what, and the whole of it',
      text,
    );
    const told = (await stage.queued(staffEmail)).filter((mail) => mail.subject === `New Ticket: ${title}`);
    checkEqual(told.length, 1, 'told');
  }),

  scenario('A45', 'a title with line breaks adds nothing to the head of a mail', async (stage) => {
    const owner = await stage.person();
    const { id } = await stage.ticket(owner, { title: 'Paper\r\nBcc: everybody@example.test' });
    await stage.setStatus(id, 'DONE', owner);
    const mail = await stage.delivered(owner.email, 'Ticket Status Updated: Paper Bcc: everybody@example.test');
    checkEqual(mail.to, [owner.email], 'recipients');
    checkThat(mail.from.includes('@'), 'a sender', mail.from);
  }),
];

async function requestReset(stage: Stage, { email }: Person): Promise<void> {
  checkEqual((await stage.client.post('/auth/forgot-password', { email })).status, 201, 'request');
}

async function countOf({ target }: Stage, { email }: Person): Promise<number> {
  return (await target.mail.to(email)).filter((mail) => mail.subject === subject).length;
}

async function sentInTheEnd(stage: Stage, { email }: Person): Promise<void> {
  await eventually(
    async () => {
      const queued = (await stage.queued(email)).filter((mail) => mail.subject === subject);
      checkEqual(
        queued.map(({ sent }) => sent),
        [true],
        `sent to ${email}`,
      );
    },
    { timeoutMs: 2 * followsWithinMs },
  );
}

async function arrivesOnce(stage: Stage, person: Person): Promise<void> {
  await sentInTheEnd(stage, person);
  checkEqual(await countOf(stage, person), 1, 'arrived');
}
