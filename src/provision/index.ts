export { createDevice } from './create/index.js';
export { createRequest } from './create/request.js';
export { deleteDevice } from './delete/index.js';
export { getStatus } from './status/index.js';
export type { StatusRequest } from './status/index.js';
export { listDevices } from './list.js';
export type { ListRequest } from './list.js';
export { waitDevice } from './wait.js';
export type { CreateRequest, DeleteRequest, IdentityRequest, WaitRequest } from './types.js';
