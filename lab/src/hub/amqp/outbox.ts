import type { Sender } from 'rhea';

/** A link to the client. Messages without credit wait here; in rhea they would block the other links. */
export interface Outbox {
  send(message: object): void;
}

/** If more messages than this wait, the client does not read. */
const MAX_WAITING = 1000;

export function outbox(link: Sender): Outbox {
  const sender = link as Sender & { readonly credit: number };
  const waiting: object[] = [];
  // rhea lowers the credit only when it writes, at the end of this turn.
  let written = 0;
  const flush = (): void => {
    while (waiting.length > 0 && sender.sendable() && sender.credit > written) {
      if (written === 0) process.nextTick(() => (written = 0));
      written += 1;
      sender.send(waiting.shift() as Parameters<Sender['send']>[0]);
    }
  };
  sender.on('sendable', flush);
  return {
    send(message) {
      if (waiting.length >= MAX_WAITING) return sender.close({ condition: 'amqp:resource-limit-exceeded', description: 'too many unread messages' });
      waiting.push(message);
      flush();
      if (waiting.length > 0) process.nextTick(flush);
    },
  };
}
