import rhea, { type Receiver, type Sender } from 'rhea';
import type { HubContext } from '../context.js';
import { badRequest } from '../errors.js';
import type { Claims, Owner } from './claims.js';
import { asHubError } from './errors.js';
import { bodyOf, textOf, type AmqpMessage } from './messages.js';
import { outbox, type Outbox } from './outbox.js';

export const CBS = '$cbs';
const TOKEN_TYPE = 'servicebus.windows.net:sastoken';

/** Claims-based security: tokens come in on links to `$cbs`, answers go out on links from it. */
export class Cbs {
  readonly #hub: HubContext;
  readonly #claims: Claims;
  readonly #admit: (owner: Owner) => Promise<void>;
  readonly #replies = new Map<Sender, Outbox>();

  /** `admit` is called before an identity comes in. It throws HubError if a rule says so. */
  constructor(hub: HubContext, claims: Claims, admit: (owner: Owner) => Promise<void>) {
    this.#hub = hub;
    this.#claims = claims;
    this.#admit = admit;
  }

  addReply(link: Sender): void {
    this.#replies.set(link, outbox(link));
    link.on('sender_close', () => this.#replies.delete(link));
  }

  async take(link: Receiver, message: AmqpMessage): Promise<void> {
    const { status, description } = await this.#putToken(message).then(
      () => ({ status: 200, description: 'OK' }),
      (error: unknown) => {
        const { status: code, message: text } = asHubError(error);
        return { status: code, description: text };
      },
    );
    this.#replyTo(link, textOf(message['reply_to']))?.send({
      correlation_id: message['message_id'],
      application_properties: { 'status-code': rhea.types.wrap_int(status), 'status-description': description },
      body: rhea.message.data_section(Buffer.alloc(0)),
    });
  }

  async #putToken(message: AmqpMessage): Promise<void> {
    const { operation, type } = (message['application_properties'] ?? {}) as Record<string, unknown>;
    if (operation !== 'put-token' || type !== TOKEN_TYPE) throw badRequest('Only put-token of a SAS token is served.');
    try {
      const owner = this.#claims.put(bodyOf(message).toString('utf8'));
      if (owner !== undefined) await this.#admit(owner);
    } catch (error) {
      this.#hub.rules.note('amqp-connect', asHubError(error).status);
      throw error;
    }
  }

  /** Found by the address that the client gave its end; else the link of the same session. */
  #replyTo(link: Receiver, address: string | undefined): Outbox | undefined {
    const replies = [...this.#replies];
    const found = replies.find(([sender]) => address !== undefined && sender.target?.address === address) ?? replies.find(([sender]) => sender.session === link.session);
    return found?.[1];
  }
}
