/**
 * Who is in a group right now, told by the members to each other through the broker.
 *
 * A member is a queue that belongs to its connection alone and ends with it. Whoever comes says so to all and is answered by each; whoever goes says so.
 * Whoever dies says nothing: each member writes to the one after it again and again, and the broker returns what cannot be delivered. Nothing rests on
 * a clock, and nothing but the sharing of work rests on this: that one member alone reads a partition is seen to by the broker.
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
  /** Tells the others; they take over at once. Ends the channel. */
  leave(): Promise<void>;
}

interface Word {
  readonly member: string;
  readonly types: number;
  readonly is: 'here' | 'gone';
}

export interface MembershipOptions {
  readonly channel: Channel;
  readonly names: Names;
  readonly group: string;
  readonly types: number;
  readonly pingMs: number;
  readonly onChange: () => void;
}

export async function joinMembers({ channel, names, group, types, pingMs, onChange }: MembershipOptions): Promise<Membership> {
  const { queue: id } = await channel.assertQueue('', { exclusive: true, durable: false, autoDelete: true });
  const others = new Map<string, Member>();
  const self: Word = { member: id, types, is: 'here' };
  const tellAll = (word: Word) => whileOpen(() => channel.publish(names.members, group, toBuffer(word)));
  const tell = (member: string) => whileOpen(() => channel.sendToQueue(member, toBuffer(self), { mandatory: true }));

  const remove = (member: string): boolean => {
    const isNew = others.delete(member);
    if (isNew) onChange();
    return isNew;
  };
  const hear = ({ member, types: its, is }: Word): void => {
    if (member === id) return;
    if (is === 'gone') {
      remove(member);
      return;
    }
    if (others.has(member)) return;
    others.set(member, { id: member, types: its });
    tell(member);
    onChange();
  };
  channel.on('return', ({ fields }: Message) => {
    if (remove(fields.routingKey)) tellAll({ member: fields.routingKey, types: 0, is: 'gone' });
  });
  await channel.bindQueue(id, names.members, group);
  await channel.consume(id, (message) => whenRead(message, hear), { noAck: true, exclusive: true });
  tellAll(self);

  const timer = setInterval(() => {
    const next = after(id, [...others.keys()]);
    if (next !== undefined) tell(next);
  }, pingMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  channel.on('close', stop);
  return {
    id,
    members: () => [{ id, types }, ...others.values()],
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
