import { join } from 'node:path';
import { Authority, ensureSigningKey, pairFiles } from './pki.js';

/** Made-up address of the node and API server inside the cluster; the egress proxy maps it to loopback. */
export const NODE_IP = '10.250.0.1';
export const SERVICE_RANGE = '10.97.0.0/16';
const serviceIp = '10.97.0.1';

/** Where each certificate of the control plane is. */
export function kubernetesPki(folder: string): Record<'server' | 'admin' | 'frontProxy' | 'kubelet' | 'kubeletClient' | 'etcd', { cert: string; key: string }> & { ca: { cert: string; key: string }; tokens: { key: string; publicKey: string } } {
  return {
    ca: pairFiles(folder, 'ca'),
    server: pairFiles(folder, 'server'),
    admin: pairFiles(folder, 'admin'),
    frontProxy: pairFiles(folder, 'front-proxy'),
    kubelet: pairFiles(folder, 'kubelet'),
    kubeletClient: pairFiles(folder, 'kubelet-client'),
    etcd: pairFiles(folder, 'etcd'),
    tokens: { key: join(folder, 'service-accounts.key'), publicKey: join(folder, 'service-accounts.pub') },
  };
}

/** Makes the missing certificates. They do not depend on ports or folders, so a snapshot can hold them. */
export async function ensureKubernetesPki(folder: string): Promise<Authority> {
  const ca = await Authority.open(folder, 'ca', 'edge-vm lab');
  const loopback = [{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }] as const;
  await ca.ensure(folder, 'server', {
    commonName: 'kube-apiserver',
    use: ['server'],
    names: [
      ...loopback,
      ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'].map((value) => ({ type: 'dns', value }) as const),
      { type: 'ip', value: serviceIp },
      { type: 'ip', value: NODE_IP },
    ],
  });
  await ca.ensure(folder, 'admin', { commonName: 'admin', organizations: ['system:masters'], use: ['client'] });
  await ca.ensure(folder, 'front-proxy', { commonName: 'front-proxy', use: ['client'] });
  await ca.ensure(folder, 'kubelet', { commonName: 'kubelet', use: ['server'], names: [...loopback, { type: 'ip', value: NODE_IP }] });
  await ca.ensure(folder, 'kubelet-client', { commonName: 'kube-apiserver-kubelet-client', use: ['client'] });
  // etcd's JSON gateway and its peers connect to itself with this very certificate.
  await ca.ensure(folder, 'etcd', { commonName: 'etcd', use: ['server', 'client'], names: [...loopback] });
  await ensureSigningKey(kubernetesPki(folder).tokens);
  return ca;
}
