/**
 * Who is in a group right now, told by the members to each other through the broker.
 *
 * A member is a queue that belongs to its connection alone and ends with it. Whoever comes says so to all and is answered by each; whoever goes says so.
 * Whoever dies says nothing: each member writes to the one after it again and again, and the broker returns what cannot be delivered. Nothing rests on
 * a clock. That one member alone reads a partition is seen to by the broker.
 *
 * A member's queue is bound to the types that it reads before events of them come into the group. Whoever meets a type that it does not know asks by it, and
 * the broker returns the question when nobody knows the type: a word that is still on its way can be missed, a binding cannot.
 */
import type { Channel, ConsumeMessage, Message } from 'amqplib';
import { closeChannel } from '../amqp/close-channel.ts';
import { whileOpen } from '../amqp/while-open.ts';
import type { Names } from '../topology/names.ts';
import type { Member } from './shares.ts';

export interface Membership {
  readonly id: string;
  /** This member included. */
  members(): readonly Member[];
  /** Resolves when nobody else reads the type, or whoever does is among the members. Waits as long as neither is known. */
  askWhoReads(type: string): Promise<void>;
  /** Tells the others; they take over at once. Ends the channel. */
  leave(): Promise<void>;
}

interface Word {
  readonly member: string;
  readonly types: number;
  readonly is: 'here' | 'gone';
  /** The type that is asked for, or answered about. */
  readonly asks?: string;
  readonly reads?: string;
}

export interface MembershipOptions {
  readonly channel: Channel;
  readonly names: Names;
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly pingMs: number;
  readonly onChange: () => void;
}

/** Resolves when the broker knows what this member reads. */
export async function joinMembers({ channel, names, group, types, pingMs, onChange }: MembershipOptions): Promise<Membership> {
  const { queue: id } = await channel.assertQueue('', { exclusive: true, durable: false, autoDelete: true });
  const others = new Map<string, Member>();
  const questions = new Map<string, PromiseWithResolvers<void>>();
  const self: Word = { member: id, types: types.size, is: 'here' };
  const tellAll = (word: Word) => whileOpen(() => channel.publish(names.members, group, toBuffer(word)));
  const tell = (member: string, word = self) => whileOpen(() => channel.sendToQueue(member, toBuffer(word), { mandatory: true }));
  const ask = (type: string) =>
    whileOpen(() =>
      channel.publish(names.members, names.readers(group, type), toBuffer({ ...self, asks: type }), { mandatory: true, type }),
    );
  const answered = (type: string | undefined): void => {
    questions.get(type ?? '')?.resolve();
    questions.delete(type ?? '');
  };

  const remove = (member: string): boolean => {
    const isNew = others.delete(member);
    if (isNew) onChange();
    return isNew;
  };
  const hear = ({ member, types: its, is, asks, reads }: Word): void => {
    if (member === id) return;
    if (is === 'gone') {
      remove(member);
      return;
    }
    if (asks !== undefined) tell(member, { ...self, reads: asks });
    else if (!others.has(member)) tell(member);
    if (!others.has(member)) {
      others.set(member, { id: member, types: its });
      onChange();
    }
    answered(reads);
  };
  channel.on('return', ({ fields, properties }: Message) => {
    if (fields.exchange === names.members) answered(properties.type as string);
    else if (remove(fields.routingKey)) tellAll({ member: fields.routingKey, types: 0, is: 'gone' });
  });
  await channel.bindQueue(id, names.members, group);
  for (const type of types) await channel.bindQueue(id, names.members, names.readers(group, type));
  await channel.consume(id, (message) => whenRead(message, hear), { noAck: true, exclusive: true });
  tellAll(self);

  const timer = setInterval(() => {
    const next = after(id, [...others.keys()]);
    if (next !== undefined) tell(next);
    for (const type of questions.keys()) ask(type); // whoever was to answer may be gone
  }, pingMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  channel.on('close', stop);
  return {
    id,
    members: () => [{ id, types: types.size }, ...others.values()],
    askWhoReads: (type) => {
      const known = questions.get(type);
      if (known !== undefined) return known.promise;
      const question = Promise.withResolvers<void>();
      questions.set(type, question);
      ask(type);
      return question.promise;
    },
    leave: () => {
      stop();
      tellAll({ ...self, is: 'gone' });
      return closeChannel(channel);
    },
  };
}

/** In a ring, so that each is looked at by one. */
function after(id: string, others: readonly string[]): string | undefined {
  const ordered = others.toSorted();
  return ordered.find((other) => other > id) ?? ordered[0];
}

function toBuffer(word: Word): Buffer {
  return Buffer.from(JSON.stringify(word));
}

/** What somebody else put into the exchange is passed over. */
function whenRead(message: ConsumeMessage | null, hear: (word: Word) => void): void {
  if (message === null) return;
  try {
    const word = JSON.parse(message.content.toString('utf8')) as Partial<Word>;
    if (typeof word.member === 'string' && typeof word.types === 'number') hear(word as Word);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
