export * from './types.js';
export { DEFAULT_EDGE_VERSION, DEFAULT_IDENTITY_SERVICE_VERSION, withDefaults } from './defaults.js';
export { assertValid, validateDevice } from './validate.js';
export { deviceWarnings } from './warnings.js';
export { deviceName, firmwareUuid, isDeviceName, MAX_NAME_LENGTH, namespaceName, RESERVED_NAMES } from './names.js';
export { mergeInputs } from './plain.js';
export { parseQuantity } from './formats/text.js';
export { loadDevices, parseDevices } from './load.js';
export { loadSideFiles } from './side-files.js';
