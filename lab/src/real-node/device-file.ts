import { readFileSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { LAB_DOMAIN, LOCAL_CLASS, REAL_LABEL } from './constants.js';

export interface DeviceFileOptions {
  /** Path of the file to write. */
  file: string;
  /** PEM file with the certificate authority of the lab hub. */
  hubCa: string;
  /** Armoured public key of the lab's apt repository. */
  repositoryKey: string;
}

/**
 * Writes an EdgeDevice for `create NAME -f FILE` that boots on the real node and finds hub and packages there. The file
 * contains the certificate and the key, so that a person may copy it.
 */
export function writeDeviceFile({ file, hubCa, repositoryKey }: DeviceFileOptions): void {
  const device = {
    apiVersion: 'edge-vm.io/v1alpha1',
    kind: 'EdgeDevice',
    spec: {
      identity: { register: {} },
      vm: {
        template: 'debian-12',
        memory: '1500Mi',
        disk: { size: '6Gi', storageClass: LOCAL_CLASS },
        nodeSelector: { [REAL_LABEL]: 'true' },
        tolerations: [{ key: REAL_LABEL, operator: 'Exists', effect: 'NoSchedule' }],
      },
      guest: {
        engine: 'docker',
        caCertificates: [readFileSync(hubCa, 'utf8')],
        apt: {
          mirror: `http://packages.${LAB_DOMAIN}/debian`,
          edgeSource: { uri: `http://packages.${LAB_DOMAIN}/edge`, suite: './', key: readFileSync(repositoryKey, 'utf8') },
        },
      },
    },
  };
  writeFileSync(file, `# A device whose guest really boots on the lab's real node: edge-vm create gw-01 -f FILE\n${dump(device, { lineWidth: -1 })}`);
}
