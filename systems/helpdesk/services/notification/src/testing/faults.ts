/** Faults of the notification service as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const notification = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;

export const doubledByDelivery: PlantedFault = {
  name: 'F9: a mail has an id of its own, and an event that comes twice makes two',
  changes: [
    {
      module: notification('mails/queue.js'),
      text: '[id, to, subject, body, time]',
      replacement: '[(void id, crypto.randomUUID()), to, subject, body, time]',
    },
  ],
};

export const withoutLease: PlantedFault = {
  name: 'F10: two senders run, and neither keeps a mail for itself',
  changes: [{ module: notification('sending/due-mails.js'), text: ' for update of m skip locked', replacement: '' }],
};

export const textKept: PlantedFault = {
  name: 'F23: what was sent keeps its text, and with it the token in its link',
  changes: [{ module: notification('sending/due-mails.js'), text: `error = null, body = ''`, replacement: 'error = null' }],
};
