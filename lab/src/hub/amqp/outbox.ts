import type { Sender } from 'rhea';

/** A link to the client. What it has no credit for waits here: in rhea it would hold up the links beside it. */
export interface Outbox {
  send(message: object): void;
}

/** More waiting messages than this are a client that does not read. */
const MAX_WAITING = 1000;

export function outbox(link: Sender): Outbox {
  const sender = link as Sender & { readonly credit: number };
  const waiting: object[] = [];
  // rhea counts credit down when it writes, at the end of this turn.
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
