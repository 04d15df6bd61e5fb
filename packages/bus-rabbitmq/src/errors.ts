/** What can go wrong with the bus on RabbitMQ beyond what every broker shares, each with a stable code and what to do about it. */

export interface BusRabbitmqFault {
  readonly summary: string;
  readonly fix: string;
}

export const busRabbitmqFaults = {
  BUS_RABBITMQ_SUBSCRIPTION_INVALID: {
    summary: 'A subscription is asked for with a group name or types that cannot be.',
    fix: 'Name the group with lower-case letters, digits and `-`, and name at least one event type',
  },
  BUS_RABBITMQ_REFUSED: {
    summary: 'The broker answered and refuses this user, password, virtual host or right.',
    fix: 'Correct the broker’s URL, or let an administrator grant it: rabbitmqctl set_permissions -p <vhost> <user> ".*" ".*" ".*"',
  },
  BUS_RABBITMQ_SERVER_TOO_OLD: {
    summary: 'The broker is older than RabbitMQ 3.10, or no RabbitMQ.',
    fix: 'Give the URL of a RabbitMQ of version 3.10 or newer',
  },
  BUS_RABBITMQ_PARTITIONS_FIXED: {
    summary: 'The exchange was made for another number of partitions than is asked for now.',
    fix: 'Ask for the number in the message; keys would change their partition otherwise',
  },
  BUS_RABBITMQ_TOPOLOGY_DIFFERS: {
    summary: 'An exchange or queue of this name is there already and is another one than this driver makes.',
    fix: 'Let the driver have a virtual host of its own, or drain and delete what the message names',
  },
  BUS_RABBITMQ_PUBLISH_REFUSED: {
    summary: 'The broker has taken a part of a batch and refused the rest.',
    fix: 'Look for what limits the queues: rabbitmqctl list_policies; then publish the same batch again',
  },
} as const satisfies Record<string, BusRabbitmqFault>;

export type BusRabbitmqErrorCode = keyof typeof busRabbitmqFaults;

/** A fault of this driver: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class BusRabbitmqError extends Error {
  readonly code: BusRabbitmqErrorCode;
  readonly fix: string;

  constructor(code: BusRabbitmqErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BusRabbitmqError';
    this.code = code;
    this.fix = busRabbitmqFaults[code].fix;
  }
}
