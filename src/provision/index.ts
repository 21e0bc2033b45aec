export { createDevice } from './create/index.js';
export { createRequest } from './create/request.js';
export { deleteDevice } from './delete/index.js';
export { getStatus } from './status/index.js';
export type { StatusRequest } from './status/index.js';
export { listDevices } from './list.js';
export type { ListRequest } from './list.js';
export { waitDevice } from './wait.js';
export { followDevice } from './readiness/follow.js';
export type { FollowOptions } from './readiness/follow.js';
export { conditionType } from './readiness/result.js';
export type { FollowOutcome } from './readiness/result.js';
export { evaluate } from './readiness/evaluate.js';
export type { Evaluation } from './readiness/evaluate.js';
export type { HubObservations, Observations } from './readiness/observations.js';
export { defaultEvaluateOptions } from './readiness/verdict.js';
export type { EvaluateOptions, Verdict } from './readiness/verdict.js';
export { parseRecords } from './readiness/records/parse.js';
export type { GuestStep, StageRecord } from './readiness/records/record.js';
export { systemClock } from './common/clock.js';
export { RUNGS } from './types.js';
export type {
  Change, FieldChange,
  Cause, Clock, CreateRequest, DeleteRequest, DeviceResult, IdentityRequest, ProvisionContext, ProvisionEvent, Rung, WaitRequest,
} from './types.js';
