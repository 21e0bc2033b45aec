import type { Demand, FitCheck } from './types.js';

/** Registrations a minute for one unit of tier S1 or S2, and the devices of a hub. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling */
const perMinute = 100;
const mostDevices = 1_000_000;

/** How long the hub needs for the new devices. The service API does not tell tier and units, so this is for one S1 unit. */
export function checkHub(demands: readonly Demand[]): FitCheck[] {
  const count = demands.filter(({ registers }) => registers).length;
  if (count === 0) return [];
  const minutes = Math.ceil(count / perMinute);
  return [{
    what: 'hub', fits: count <= mostDevices,
    message: `${count} device${count === 1 ? '' : 's'} to register: a unit of tier S1 registers ${perMinute} a minute, so about ${minutes} minute${minutes === 1 ? '' : 's'}${count > mostDevices ? `; a hub has at most ${mostDevices} devices` : ''}`,
  }];
}
