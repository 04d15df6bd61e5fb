/** Where a proof may kill a program that publishes to or pulls from RabbitMQ. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['bus-rabbitmq.sent', 'bus-rabbitmq.confirmed', 'bus-rabbitmq.pulled', 'bus-rabbitmq.settled'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
