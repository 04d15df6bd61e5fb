/** Program for operators: lists the mails that nobody tries any more, one JSON line each; `again <id>…` or `again --all` has them tried again. */
import { createPool, urlSetting } from '@banyan/service';
import { listDeadMails, sendAgain } from './mails/dead-mails.ts';

const [word, ...ids] = process.argv.slice(2);
if ((word !== undefined && word !== 'again') || (word === 'again' && ids.length === 0)) {
  process.stderr.write('dead-mails [again <id>… | again --all]\n');
  process.exit(2);
}

const pool = createPool(urlSetting('postgres', 'postgresql').parse(process.env['DATABASE_URL']), { name: 'dead mails', max: 1 });
try {
  const found = word === undefined ? await listDeadMails(pool) : await sendAgain(pool, ids.includes('--all') ? undefined : ids);
  for (const one of found) process.stdout.write(`${JSON.stringify(one)}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await pool.end();
}
