/** What has come in, for programs and for people; and the faults. */
import type { FastifyInstance } from 'fastify';
import { StandinsError } from '../errors.ts';
import { readMailFault } from './faults.ts';
import type { Mail, MailFilter } from './mailbox.ts';
import { listPage, mailPage } from './pages.ts';
import type { SmtpParts } from './smtp.ts';

interface MailQuery {
  Querystring: { to?: string; subject?: string; after?: string };
}

export function addMailRoutes(server: FastifyInstance, { mailbox, faults }: SmtpParts): void {
  const known = (id: string): Mail => {
    const mail = mailbox.find(Number(id));
    if (mail === undefined) throw new StandinsError('STANDINS_MAIL_UNKNOWN', `There is no mail ${id}.`);
    return mail;
  };
  server.get<MailQuery>('/mails', (request) => mailbox.list(filterOf(request.query)));
  server.delete<MailQuery>('/mails', (request) => ({ cleared: mailbox.clear(filterOf(request.query)) }));
  server.get<{ Params: { id: string } }>('/mails/:id', (request) => known(request.params.id));
  server.get('/control/faults', () => faults.list());
  server.post('/control/faults', (request, reply) => {
    const fault = readMailFault(request.body);
    faults.add(fault);
    return reply.code(201).send(fault);
  });
  server.delete<{ Querystring: { to?: string } }>('/control/faults', (request) => ({ cleared: faults.clear(request.query.to) }));
  server.get<MailQuery>('/', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(listPage(mailbox.list(filterOf(request.query)), request.query.to)),
  );
  server.get<{ Params: { id: string } }>('/mail/:id', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(mailPage(known(request.params.id))),
  );
}

function filterOf({ to, subject, after }: MailQuery['Querystring']): MailFilter {
  return { to: to === '' ? undefined : to, subject, after: after === undefined ? undefined : Number(after) };
}
