import type { KubeObject } from '../../cluster/types.js';
import { at, textAt } from '../../support/plain.js';
import { amountOf, bytesText } from './quantity.js';
import type { Demand, FitCheck } from './types.js';

/** The class of a disk that names none: KubeVirt's own default, else the cluster's. */
export function defaultClassOf(classes: readonly KubeObject[]): string | undefined {
  const marked = (annotation: string): string | undefined => classes.find(({ metadata }) => metadata.annotations?.[annotation] === 'true')?.metadata.name;
  return marked('storageclass.kubevirt.io/is-default-virt-class') ?? marked('storageclass.kubernetes.io/is-default-class');
}

/** One check for each storage class: the disks to make, and the free capacity if the driver reports it (CSIStorageCapacity). */
export function checkStorage(demands: readonly Demand[], capacities: readonly KubeObject[] | undefined, defaultClass: string | undefined): FitCheck[] {
  const disks = demands.flatMap(({ name, disks }) => disks.map((disk) => ({ device: name, bytes: disk.bytes, storageClass: disk.storageClass ?? defaultClass })));
  const classes = [...new Set(disks.map(({ storageClass }) => storageClass))];
  return classes.map((storageClass): FitCheck => {
    const own = disks.filter((one) => one.storageClass === storageClass);
    const needed = own.reduce((sum, { bytes }) => sum + bytes, 0);
    const name = storageClass === undefined ? 'the default storage class' : `storage class ${storageClass}`;
    const facts = `${own.length} new disk${own.length === 1 ? '' : 's'} of ${name} need${own.length === 1 ? 's' : ''} ${bytesText(needed)}`;
    const reported = (capacities ?? []).filter((one) => textAt(one, 'storageClassName') === storageClass);
    if (reported.length === 0) return { what: 'storage', fits: null, message: `${facts}; its driver reports no free capacity` };
    const free = reported.reduce((sum, one) => sum + amountOf(at(one, 'capacity')), 0);
    const largest = Math.max(...reported.map((one) => amountOf(at(one, 'maximumVolumeSize') ?? at(one, 'capacity'))));
    const tooLarge = own.filter(({ bytes }) => bytes > largest);
    const message = `${facts}; ${bytesText(free)} are free${tooLarge.length === 0 ? '' : `, and a volume has at most ${bytesText(largest)}`}`;
    return { what: 'storage', fits: needed <= free && tooLarge.length === 0, message, ...(tooLarge.length === 0 ? {} : { devices: [...new Set(tooLarge.map(({ device }) => device))] }) };
  });
}
