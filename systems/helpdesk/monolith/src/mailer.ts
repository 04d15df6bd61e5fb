/** Program: sends the mails that wait in the database, a few at every poll, until SIGTERM or SIGINT. */
import { createAdapter } from './database/adapter.ts';
import { PrismaClient } from './generated/mailer/client.ts';
import { createTransport, readMailerSettings } from './mailer/settings.ts';
import { pollOnce } from './mailer/poll.ts';

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  const settings = readMailerSettings();
  const database = new PrismaClient({ adapter: createAdapter(settings.databaseUrl) });
  const parts = { outbox: database.emailOutbox, transport: createTransport(settings), from: settings.from };
  const poll = () =>
    void pollOnce(parts).catch((error: unknown) => process.stderr.write(`The queue of mails could not be read: ${String(error)}\n`));
  const timer = setInterval(poll, settings.pollIntervalMs);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      clearInterval(timer);
      void database.$disconnect().then(() => process.exit(0));
    });
  process.stdout.write(`The mailer polls every ${settings.pollIntervalMs} ms.\n`);
  poll();
}
