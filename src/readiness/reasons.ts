/** Reasons of single stages. Their messages stand beside them, in the rules. */
const OF_STAGES = [
  'Accepted', 'AgentConnected', 'AgentStopped', 'Applied', 'ApplyFailed', 'Applying', 'Connected', 'Deleting', 'Deployed', 'DeviceDisabled', 'DeviceNotFound', 'Done', 'Down',
  'GuestReports', 'HubUnreadable', 'ImagePullFailed', 'ModuleNotReady', 'NeverConnected', 'NoConsoleLog', 'NoDataVolumes', 'NoDeployment', 'NoEvidence',
  'NoInstance', 'NoReport', 'NotAsked', 'NotChecked', 'NotConfigured', 'NotConnected', 'NotCreated', 'NotEdgeEnabled', 'NotFound', 'NotRunning', 'NoTwin', 'NoVirtualMachine',
  'OldReport', 'Outdated', 'PingAnswered', 'PingUnanswered', 'ProbeSucceeded', 'Refused', 'Registered', 'Reported', 'Running', 'Scheduled', 'SecretMissing', 'Stale', 'Stopped',
  'Stopping', 'Succeeded', 'UserDataRefused',
] as const;

/** Reasons that several conditions have, and what they mean. */
export const SHARED_REASONS = {
  Implied: 'A higher stage is reached, so this one is too.',
  NotRead: 'edge-vm has not read the objects or the console of the device yet.',
  InProgress: 'The guest does the step now.',
  Retrying: 'The step of the guest failed, and the guest tries it again.',
  Failed: 'The guest gave the step up.',
  NodeUnreachable: 'The node of the instance does not answer, so the state of the instance is in doubt.',
  NodeNotReady: 'The node of the instance is not ready, so the state of the instance is in doubt.',
  NodeReturned: 'The node answers again, and has not yet reported the state of the instance.',
  PodTerminating: 'Somebody ends the launcher pod.',
} as const;

/** Every reason that edge-vm itself gives to a stage's condition. docs/reference/conditions.md has them all. */
export const STAGE_REASONS = [...OF_STAGES, ...(Object.keys(SHARED_REASONS) as (keyof typeof SHARED_REASONS)[])] as const;

export type StageReason = (typeof STAGE_REASONS)[number];

declare const origin: unique symbol;
/** A reason that is not edge-vm's own word: a cause, or a word of Kubernetes, KubeVirt or CDI. */
export type GivenReason = string & { readonly [origin]: 'given' };

/** Passes a reason on that somebody else gives. */
export const given = (reason: string): GivenReason => reason as GivenReason;
