import { doubtOf, type Doubt } from '../node.js';
import { consoleNotRead, instanceNotRead } from '../not-read.js';
import { guestRecord, instanceOf, isRunning, parseTime, runningSince } from '../reading.js';
import type { Observations } from '../observations.js';
import { no, unknown, yes, type EvaluateOptions, type StageRule, type Verdict } from '../verdict.js';

/**
 * The device's own edge agent talks to the hub. The twin shows it if the agent has reported since this instance runs, and
 * not long ago. The agent reports only differences, so an old report shows nothing, and then `ping` decides. `connectionState`
 * is unreliable and not used. Without a hub credential the guest's own report counts. If the node does not answer, its
 * instance may be off: then only a later answer to a `ping` is evidence.
 */
export const connected: StageRule = (o, options) => {
  if (!isRunning(o)) return instanceNotRead(o) ?? no('NotRunning', 'the instance does not run');
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

/** The hub shows that the agent is not connected. The guest's own report says why. */
function withGuest(o: Observations, verdict: Verdict): Verdict {
  const agent = guestRecord(o)?.agent;
  if (verdict.status === 'True' || agent === undefined || agent.connected || agent.code === undefined) return verdict;
  return { ...verdict, message: `${verdict.message}; guest: ${agent.code}${agent.message === undefined ? '' : `: ${agent.message}`}` };
}

/** The cluster has lost the node, but the device still works. */
function answeredSince(o: Observations, { since, node }: Doubt, options: EvaluateOptions): Verdict | undefined {
  const byPing = pingVerdict(o);
  if (byPing?.status !== 'True' || node === undefined || since === undefined) return undefined;
  return o.hub.ping !== undefined && o.hub.ping.at - options.clockSlackMs >= since ? byPing : undefined;
}

/**
 * A ping without an answer after the agent's last report: the agent was connected, and is not any more. If edge-vm sent
 * the ping after it read the twin, the ping is later than every report in it, whatever the two clocks say.
 */
function fellSilent(o: Observations, options: EvaluateOptions): boolean {
  const { ping, twin } = o.hub;
  if (ping === undefined || ping.value.answered || twin === undefined) return false;
  const reported = parseTime(twin.value?.reported.$metadata?.$lastUpdated ?? '');
  return ping.at >= twin.at || (reported !== undefined && ping.at - options.clockSlackMs > reported);
}

/** A runtime that is not set up cannot be connected: a report would be from the VM before, or from another machine. */
function notYetConfigured(o: Observations): Verdict | undefined {
  const record = guestRecord(o);
  if (record === undefined || record.done.config !== undefined) return undefined;
  return no('NotConfigured', 'the runtime is not configured yet');
}

/** The hub cannot be asked (a right is missing, or it does not answer), so the guest's report is the best evidence. */
function usesGuest(o: Observations): boolean {
  return o.hub.twin === undefined && o.hub.problem !== undefined;
}

function byGuest(o: Observations): Verdict {
  const agent = guestRecord(o)?.agent;
  if (agent?.connected === true) return { ...yes('GuestReports', 'the guest’s edge agent says that it is connected'), evidence: 'guest' };
  if (agent?.code !== undefined) return no('Refused', `guest: ${agent.code}${agent.message === undefined ? '' : `: ${agent.message}`}`);
  if (o.hub.problem !== undefined) return unknown('HubUnreadable', o.hub.problem);
  if (guestRecord(o) === undefined && consoleNotRead(o)) return unknown('NotRead', 'no hub credential, and the console was not read yet');
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

/** A device may have failed since. A list sends no `ping`, and says so. */
function isOld(o: Observations, lastUpdated: string | undefined, options: EvaluateOptions): boolean {
  const updated = parseTime(lastUpdated ?? '');
  return o.shallow !== true && updated !== undefined && o.now - updated > options.reportLastsMs;
}

/**
 * Not older than the instance. The two clocks may differ, but there is no tolerance: the agent of the VM before may have
 * reported seconds ago. And if a report only seems older, that only costs a `ping`.
 */
export function isFresh(o: Observations, lastUpdated: string | undefined): boolean {
  const since = runningSince(o);
  const updated = lastUpdated === undefined ? undefined : parseTime(lastUpdated);
  return updated !== undefined && since !== undefined && updated >= since;
}
