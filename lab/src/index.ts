/** The lab: a real KubeVirt control plane and an IoT hub on one Linux machine. */
export { labDown, type LabDownOptions } from './control-plane/lab-down.js';
export { labEnv, type LabEnv } from './control-plane/lab-env.js';
export { labStatus, type LabStatus, type ProcessStatus } from './control-plane/lab-status.js';
export { labTools, type LabToolsOptions } from './control-plane/lab-tools.js';
export { labUp, type LabUpOptions, type LabUpResult } from './control-plane/lab-up.js';
export { makeUserKubeconfig, type UserKubeconfigOptions } from './control-plane/user-kubeconfig.js';
export type { LabEvent, OnLabEvent } from './control-plane/events.js';
export type { PinnedVersions } from './control-plane/program-groups.js';
export { LAB_HUB_HOSTNAME, labLayout, type HubConfig, type LabLayout } from './layout.js';
