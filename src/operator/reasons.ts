import type { GivenReason } from '../readiness/reasons.js';

/** Reasons that edge-vm gives to a condition, and what they mean. */
type Meanings = Readonly<Record<string, string>>;

/** Conditions that an EdgeDevice has besides those of its stages, or reasons that only an EdgeDevice has. */
export const DEVICE_REASONS = {
  Ready: {
    HubAsked: 'The operator has asked the hub for the device, and waits for its first answer.',
    HubBusy: 'Other devices come first at the hub’s registry; the message says when the turn of this one is.',
    Deleting: 'The EdgeDevice is being deleted; the message says what is left.',
  },
  Accepted: {
    Valid: 'The spec is valid, and nothing refuses the device.',
    InvalidSpec: 'The spec, or a Secret that it names, is not valid: the message has all problems.',
    HubAsked: 'As in `Ready`.',
    HubBusy: 'As in `Ready`.',
    VmDeleting: 'A change of the spec waits until the VirtualMachine is gone that somebody deletes.',
    Unexpected: 'edge-vm failed in a way that it does not know; the log of the operator says where.',
  },
  UpToDate: {
    InEffect: 'The settings of the spec are in effect.',
    RestartRequired: 'The VM runs with older settings until it is restarted.',
    FirstBootRequired: 'The guest was set up with other settings; only a new first boot changes them.',
    NotApplied: 'The spec is not applied yet.',
  },
  DiskReady: {
    Deleting: 'Somebody deletes a disk or its claim: its data is lost when the instance ends.',
    ClaimLost: 'The claim of a disk is gone, and its data with it.',
  },
  HubDeviceRemoved: {
    Removing: 'The hub is asked to remove the device.',
    HubBusy: 'As in `Ready`.',
    NoHubCredential: 'The operator has no credential for the hub of the device.',
  },
} as const satisfies Readonly<Record<string, Meanings>>;

/** The conditions of an EdgeDeployment. */
export const DEPLOYMENT_REASONS = {
  Ready: {
    Deployed: 'Every selected device runs what is wanted.',
    Progressing: 'Some devices have not taken it up yet.',
    DevicesFailing: 'Some devices refuse it, or a module or an image fails.',
    NoDevices: 'No device is selected.',
    Deleting: 'The EdgeDeployment is being deleted; the message says what is left.',
  },
  ManifestValid: {
    Valid: 'The manifest is valid; the message has its warnings.',
    InvalidManifest: 'The message has all problems.',
  },
  Applied: {
    Applied: 'The hub wants it of every selected device, or has the automatic deployment.',
    Applying: 'Not yet applied to all devices.',
    HubBusy: 'Other devices come first: the hub takes few calls for deployments a minute.',
    ApplyFailed: 'The hub refuses it for some devices, or does not answer.',
    Conflict: 'Another EdgeDeployment keeps some of the devices.',
    DeviceNotFound: 'The namespace has no EdgeDevice of a name in `spec.devices`.',
    NoDevices: 'No device is selected.',
    NoHub: 'It is not known which hub gets the automatic deployment, or the operator has no credential for it.',
    SecretNotFound: 'A Secret with the password of a registry is missing, or has no such key.',
    Unexpected: 'As in `Accepted` of an EdgeDevice.',
  },
  Conflicting: {
    DeviceSelectedTwice: 'Another EdgeDeployment selects one of the devices too.',
  },
  HubDeploymentRemoved: {
    Removing: 'The hub is asked to remove the automatic deployment.',
  },
} as const satisfies Readonly<Record<string, Meanings>>;

type Of<T> = { [K in keyof T]: keyof T[K] }[keyof T];

/** Every reason that the operator itself gives. */
export type OperatorReason = Of<typeof DEVICE_REASONS> | Of<typeof DEPLOYMENT_REASONS>;

/** The reason of a condition in a status. */
export type Reason = OperatorReason | GivenReason;
