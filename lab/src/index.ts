export { labUp, type LabUpOptions, type LabUpResult } from './control-plane/lab-up.js';
export type { LabEvent, OnLabEvent } from './control-plane/events.js';
export { LAB_HUB_HOSTNAME, labLayout, type HubConfig, type LabLayout } from './layout.js';
