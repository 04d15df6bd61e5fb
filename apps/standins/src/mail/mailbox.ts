/** The mails that have come in: in order, bounded in number, found by recipient. */
import PostalMime from 'postal-mime';

export interface Mail {
  /** Rises with each mail of a run. */
  readonly id: number;
  /** Of its header `Message-ID`; empty when it has none. */
  readonly messageId: string;
  readonly from: string;
  /** The envelope's recipients. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** As it came, headers and all. */
  readonly source: string;
}

/** What the list says of a mail. */
export type MailSummary = Omit<Mail, 'source'>;

export interface MailFilter {
  readonly to?: string | undefined;
  readonly subject?: string | undefined;
  /** Only mails with a higher id. */
  readonly after?: number | undefined;
}

export interface Mailbox {
  /** Beyond the limit the oldest goes. */
  add(envelope: { from: string; to: readonly string[] }, source: string): Promise<Mail>;
  /** Newest first. */
  list(filter?: MailFilter): MailSummary[];
  find(id: number): Mail | undefined;
  /** Forgets those that the filter names; says how many. */
  clear(filter?: MailFilter): number;
}

export function createMailbox(mailsMax: number, now: () => Date = () => new Date()): Mailbox {
  const mailsById = new Map<number, Mail>();
  let lastId = 0;
  const matching = (filter: MailFilter = {}) => [...mailsById.values()].filter((mail) => matches(mail, filter));
  return {
    async add({ from, to }, source) {
      const parsed = await PostalMime.parse(source);
      const id = (lastId += 1);
      const content = { messageId: parsed.messageId ?? '', subject: parsed.subject ?? '', text: withoutLastBreak(parsed.text ?? '') };
      const mail = { id, from, to, ...content, receivedAt: now().toISOString(), source };
      mailsById.set(id, mail);
      const oldest = mailsById.size > mailsMax ? mailsById.keys().next().value : undefined;
      if (oldest !== undefined) mailsById.delete(oldest);
      return mail;
    },
    list: (filter) =>
      matching(filter)
        .toReversed()
        .map(({ source: _source, ...summary }) => summary),
    find: (id) => mailsById.get(id),
    clear(filter) {
      const found = matching(filter);
      for (const { id } of found) mailsById.delete(id);
      return found.length;
    },
  };
}

function matches(mail: Mail, { to, subject, after = 0 }: MailFilter): boolean {
  return (to === undefined || mail.to.includes(to)) && (subject === undefined || mail.subject === subject) && mail.id > after;
}

/** A message ends with a line break that its sender may not have written. */
function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '');
}
