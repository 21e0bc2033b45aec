/** The lab's IoT Hub: unmodified SDKs speak to it over HTTPS, MQTT and AMQP. */
export { startHub, type HubOptions, type RunningHub } from './hub.js';
export type { HubSettings } from './context.js';
export type { Operation, Rule, RuleAction } from './control/rules.js';
export type { TelemetryMessage } from './sessions/telemetry-log.js';
