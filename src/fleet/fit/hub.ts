import { hubSeconds } from '../../hub/index.js';
import type { Demand, FitCheck } from './types.js';

/** The devices of a hub. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling */
const mostDevices = 1_000_000;

/** How long a hub of so many S1 units needs for the new devices. The service API tells neither tier nor units. */
export function checkHub(demands: readonly Demand[], units = 1): FitCheck[] {
  const count = demands.filter(({ registers }) => registers).length;
  if (count === 0) return [];
  const seconds = hubSeconds('registry', count, units);
  const time = seconds < 60 ? 'in less than a minute' : `in about ${Math.ceil(seconds / 60)} minutes`;
  return [{
    what: 'hub', fits: count <= mostDevices,
    message: `${count} device${count === 1 ? '' : 's'} to register: the limits of ${units} unit${units === 1 ? '' : 's'} of tier S1 allow it ${time}${count > mostDevices ? `; a hub has at most ${mostDevices} devices` : ''}`,
  }];
}
