import type { EventContext, Receiver, Sender } from 'rhea';
import type { IdentityResult } from '../auth/identity.js';
import type { HubContext } from '../context.js';
import { HubError } from '../errors.js';
import { MAX_MESSAGE, takeTelemetry } from '../sessions/operations.js';
import type { Identity } from '../store/model.js';
import { parseLinkAddress, type LinkAddress } from './addresses.js';
import { CBS, type Cbs } from './cbs.js';
import type { Claims, Owner } from './claims.js';
import { amqpError, asHubError, refusal } from './errors.js';
import type { Identities } from './identities.js';
import { bodyOf, idText, messagesOf, type AmqpMessage } from './messages.js';
import type { AmqpSession, Link } from './session.js';
import { telemetryProperties } from './telemetry.js';
import { answerTwin } from './twin.js';

/** The connection that a link belongs to. */
export interface LinkHost {
  readonly hub: HubContext;
  readonly claims: Claims;
  readonly cbs: Cbs;
  readonly identities: Identities;
  admit(owner: Owner): Promise<void>;
  enqueue(job: () => Promise<void>): void;
}

/** Takes a link that the client attaches, or detaches it with the reason. */
export function openLink(host: LinkHost, link: Link): void {
  const toHub = link.is_receiver();
  const name = (toHub ? link.target : link.source)?.address ?? '';
  echo(link);
  if (name === CBS) return openCbs(host, link);
  const address = parseLinkAddress(name, toHub);
  if (address === undefined) return link.close({ condition: 'amqp:not-found', description: `The lab's hub has no ${toHub ? 'target' : 'source'} ${name}` });
  if (allowed(host, link, address) === undefined) return;
  host.enqueue(async () => {
    try {
      await host.admit(address);
    } catch (error) {
      return link.close(amqpError(asHubError(error), host.hub.now()));
    }
    if (!link.is_open()) return;
    // Check again: the steps before may have taken time, and keys, status and the identity itself may have changed.
    const checked = allowed(host, link, address);
    if (checked !== undefined) host.identities.addLink(address, channelOf(link), link, checked);
  });
  link.on(toHub ? 'receiver_close' : 'sender_close', () => host.identities.removeLinks((other) => other === link));
  if (toHub) receive(host, link as Receiver, (session, identity, message) => take(host.hub, address, link, session, identity, message), address);
}

/** The identity that the connection may act as. If it may not, detaches the link with the reason. */
function allowed({ hub, claims }: LinkHost, link: Link, { deviceId, moduleId }: Owner): Extract<IdentityResult, { ok: true }> | undefined {
  const checked = claims.check(deviceId, moduleId);
  if (checked.ok) return checked;
  const error = refusal(hub.hostname, deviceId, moduleId, checked);
  hub.rules.note('amqp-connect', error.status);
  link.close(amqpError(error, hub.now()));
  return undefined;
}

function openCbs(host: LinkHost, link: Link): void {
  if (link.is_sender()) return host.cbs.addReply(link as Sender);
  link.on('message', (context: EventContext) => {
    context.delivery?.accept();
    for (const message of messagesOf(context)) host.enqueue(() => host.cbs.take(link as Receiver, message));
  });
}

type Take = (session: AmqpSession, identity: Identity, message: AmqpMessage) => Promise<void>;

function receive(host: LinkHost, link: Receiver, handle: Take, { deviceId, moduleId }: LinkAddress): void {
  link.on('message', (context: EventContext) => {
    const messages = messagesOf(context);
    host.enqueue(async () => {
      const owner = host.identities.get(deviceId, moduleId);
      if (owner === undefined) return;
      try {
        for (const message of messages) await handle(owner.session, owner.identity, message);
        context.delivery?.accept();
      } catch (error) {
        context.delivery?.reject(amqpError(asHubError(error), host.hub.now()));
      }
    });
  });
}

async function take(hub: HubContext, { kind }: LinkAddress, link: Link, session: AmqpSession, identity: Identity, message: AmqpMessage): Promise<void> {
  const body = bodyOf(message);
  if (body.length > MAX_MESSAGE) throw new HubError(413, 'MessageTooLarge', `A message may hold at most ${MAX_MESSAGE} bytes.`);
  if (kind === 'telemetry') return takeTelemetry(hub, identity, telemetryProperties(message), body);
  if (kind === 'twin') return answerTwin(hub, session, identity, channelOf(link), message);
  const properties = (message['application_properties'] ?? {}) as Record<string, unknown>;
  session.methods.get(idText(message['correlation_id']) ?? '')?.({ kind: 'answered', status: Number(properties['IoThub-status'] ?? 0), payload: body.toString('utf8') });
}

/** Pairs the two twin links of a client. */
function channelOf(link: Link): string {
  const id: unknown = link.properties?.['com.microsoft:channel-correlation-id'];
  return typeof id === 'string' ? id : '';
}

/** If the hub's end names no source and target, a client counts the link as refused. rhea leaves them out. */
function echo(link: Link): void {
  const { source, target } = link;
  if (source) link.set_source({ address: source.address });
  if (target) link.set_target({ address: target.address });
  const { attach } = (link as unknown as { local: { attach: Record<string, unknown> } }).local;
  // Messages on twin and method links must be settled when they are sent.
  if (link.is_sender()) attach['snd_settle_mode'] = link.snd_settle_mode;
}
