import { doubtOf, type Doubt } from '../node.js';
import { guestRecord, instanceOf, isRunning, parseTime, runningSince } from '../reading.js';
import type { Observations } from '../observations.js';
import { no, unknown, yes, type EvaluateOptions, type StageRule, type Verdict } from '../verdict.js';

/**
 * The device's own edge agent talks to the hub. The twin proves it when the agent reported since this instance runs,
 * and not long ago; reports are only differences, so an old one proves nothing either way, and then `ping` decides. `connectionState`
 * is unreliable and never looked at. Without a hub credential the guest's own word counts. An instance whose node is not
 * heard may be off since: only a `ping` that was answered later proves something then.
 */
export const connected: StageRule = (o, options) => {
  if (!isRunning(o)) return no('NotRunning', 'the instance does not run');
  const doubt = doubtOf(o);
  if (doubt !== undefined) return answeredSince(o, doubt, options) ?? doubt.verdict;
  const early = notYetConfigured(o);
  if (early !== undefined) return early;
  if (!o.hub.available) return byGuest(o);
  const byPing = pingVerdict(o);
  if (byPing?.status === 'True') return byPing;
  const byTwin = twinVerdict(o, options);
  if (byTwin.status === 'True' && !fellSilent(o, options)) return byTwin;
  return usesGuest(o) ? byGuest(o) : withGuest(o, byPing ?? byTwin);
};

/** The hub tells that the agent is not there; what the guest has met on its way there tells why. */
function withGuest(o: Observations, verdict: Verdict): Verdict {
  const agent = guestRecord(o)?.agent;
  if (verdict.status === 'True' || agent === undefined || agent.connected || agent.code === undefined) return verdict;
  return { ...verdict, message: `${verdict.message}; guest: ${agent.code}${agent.message === undefined ? '' : `: ${agent.message}`}` };
}

/** The cluster has lost the node, and the device works on. */
function answeredSince(o: Observations, { since, node }: Doubt, options: EvaluateOptions): Verdict | undefined {
  const byPing = pingVerdict(o);
  if (byPing?.status !== 'True' || node === undefined || since === undefined) return undefined;
  return o.hub.ping !== undefined && o.hub.ping.at - options.clockSlackMs >= since ? byPing : undefined;
}

/**
 * A ping that stayed without an answer after the agent's last report: it was connected, and is no more. A ping that was
 * sent once the twin had been read is later than all that stands there, whatever the two clocks say.
 */
function fellSilent(o: Observations, options: EvaluateOptions): boolean {
  const { ping, twin } = o.hub;
  if (ping === undefined || ping.value.answered || twin === undefined) return false;
  const reported = parseTime(twin.value?.reported.$metadata?.$lastUpdated ?? '');
  return ping.at >= twin.at || (reported !== undefined && ping.at - options.clockSlackMs > reported);
}

/** A runtime that is not set up yet cannot be what the hub hears: that would be the VM before, or another machine. */
function notYetConfigured(o: Observations): Verdict | undefined {
  const record = guestRecord(o);
  if (record === undefined || record.done.config !== undefined) return undefined;
  return no('NotConfigured', 'the runtime is not configured yet');
}

/** The hub cannot be asked (a right is missing, it cannot be reached), so the guest is the next best witness. */
function usesGuest(o: Observations): boolean {
  return o.hub.twin === undefined && o.hub.problem !== undefined;
}

function byGuest(o: Observations): Verdict {
  const agent = guestRecord(o)?.agent;
  if (agent?.connected === true) return { ...yes('GuestReports', 'the guest’s edge agent says that it is connected'), evidence: 'guest' };
  if (agent?.code !== undefined) return no('Refused', `guest: ${agent.code}${agent.message === undefined ? '' : `: ${agent.message}`}`);
  if (o.hub.problem !== undefined) return unknown('HubUnreadable', o.hub.problem);
  return guestRecord(o) === undefined ? unknown('NoEvidence', 'no hub credential, and the guest does not report') : no('NotConnected', 'the guest’s edge agent is not connected yet');
}

/** A ping counts only for the instance that ran when it was sent. */
function pingVerdict(o: Observations): Verdict | undefined {
  const { ping } = o.hub;
  if (ping?.instance === undefined || ping.instance !== instanceOf(o).instance) return undefined;
  if (ping.value.answered) return { ...yes('PingAnswered', 'the edge agent answers ping'), evidence: 'ping' };
  return no('PingUnanswered', `the edge agent does not answer ping: ${ping.value.reason}`);
}

function twinVerdict(o: Observations, options: EvaluateOptions): Verdict {
  const { twin } = o.hub;
  if (twin === undefined) return unknown('NotAsked', o.hub.problem ?? 'the hub was not asked yet');
  if (twin.value === undefined) return no('NoTwin', 'the hub has no edge agent of this device');
  const { reported } = twin.value;
  const code = reported.lastDesiredStatus?.code;
  if (code === undefined) return no('NeverConnected', 'the edge agent has never connected');
  if (code === 406) return no('AgentStopped', 'the edge agent said that it stopped');
  if (!isFresh(o, reported.$metadata?.$lastUpdated)) return no('Stale', 'the edge agent’s last report is older than this instance');
  if (isOld(o, reported.$metadata?.$lastUpdated, options)) return no('OldReport', 'the edge agent’s last report is old, and it was not pinged yet');
  return { ...yes('Reported', code === 417 ? 'the edge agent reports; no deployment yet' : `the edge agent reports, code ${code}`), evidence: 'twin' };
}

/** A device may have died since. A list of many asks no one by `ping`, and says so. */
function isOld(o: Observations, lastUpdated: string | undefined, options: EvaluateOptions): boolean {
  const updated = parseTime(lastUpdated ?? '');
  return o.shallow !== true && updated !== undefined && o.now - updated > options.reportLastsMs;
}

/**
 * Not older than the instance. The two clocks may differ, but no allowance is made: the agent of the VM before may have
 * reported seconds ago, and a report that only seems older costs no more than a `ping`.
 */
export function isFresh(o: Observations, lastUpdated: string | undefined): boolean {
  const since = runningSince(o);
  const updated = lastUpdated === undefined ? undefined : parseTime(lastUpdated);
  return updated !== undefined && since !== undefined && updated >= since;
}
