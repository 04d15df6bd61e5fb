/** Closes a channel in order: everything that was sent on it before has been taken by the broker then. */
import type { Channel } from 'amqplib';

/** Resolves as well when the channel has ended already, or ends with its connection meanwhile. */
export function closeChannel(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    channel.once('close', () => resolve());
    Promise.resolve()
      .then(() => channel.close())
      .then(resolve, () => resolve());
  });
}
