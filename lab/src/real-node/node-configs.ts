import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabContext } from '../control-plane/context.js';
import { serverUrl } from '../control-plane/context.js';
import { readPair, writeKubeconfig } from '../control-plane/kubeconfig.js';
import { ensureKubernetesPki } from '../control-plane/kubernetes-pki.js';
import { BRIDGE, NODE_ADDRESS, NODE_NAME, PAUSE_IMAGE, POD_SUBNET, REAL_LABEL, CGROUP } from './constants.js';
import type { RealNodePaths } from './paths.js';

/** Writes the configuration of containerd, CNI and kubelet, and kubelet's certificates. */
export async function writeNodeConfigs({ paths, state }: LabContext, node: RealNodePaths): Promise<void> {
  const authority = await ensureKubernetesPki(paths.pki);
  const client = await authority.ensure(paths.pki, 'real-node', { commonName: `system:node:${NODE_NAME}`, organizations: ['system:nodes'], use: ['client'] });
  const serving = await authority.ensure(paths.pki, 'real-node-serving', { commonName: `system:node:${NODE_NAME}`, use: ['server'], names: [{ type: 'ip', value: NODE_ADDRESS }] });
  writeKubeconfig(node.kubeconfig, { server: serverUrl(state), ca: authority.certPem, user: { certificate: readPair(client) } });
  mkdirSync(node.cni, { recursive: true });
  writeFileSync(join(node.cni, '10-lab.conflist'), JSON.stringify(cniConfig(node)));
  writeFileSync(node.resolvConf, `nameserver ${NODE_ADDRESS}\n`);
  writeFileSync(node.containerdConfig, containerdConfig(node));
  writeFileSync(node.kubeletConfig, JSON.stringify(kubeletConfig(node, { ca: join(paths.pki, 'ca.crt'), ...serving })));
}

function cniConfig(node: RealNodePaths): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'edge-vm-lab',
    plugins: [{
      type: 'bridge', bridge: BRIDGE, isGateway: true, ipMasq: false, hairpinMode: true,
      ipam: { type: 'host-local', dataDir: join(node.folder, 'addresses'), ranges: [[{ subnet: POD_SUBNET, rangeStart: '10.253.0.10', gateway: NODE_ADDRESS }]], routes: [{ dst: '0.0.0.0/0' }] },
    }],
  };
}

// JSON strings are TOML strings.
function containerdConfig(node: RealNodePaths): string {
  const text = JSON.stringify;
  return `version = 2
root = ${text(node.containerdRoot)}
state = "/run/containerd"
[grpc]
  address = ${text(node.containerdSocket)}
[plugins."io.containerd.internal.v1.opt"]
  path = ${text(join(node.folder, 'opt'))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(PAUSE_IMAGE)}
  disable_hugetlb_controller = true
  disable_apparmor = true
  device_ownership_from_security_context = true
  restrict_oom_score_adj = true
  max_container_log_line_size = -1
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${text(node.cni)}
`;
}

function kubeletConfig(node: RealNodePaths, pki: { ca: string; cert: string; key: string }): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false }, x509: { clientCAFile: pki.ca } },
    // Only clients with a certificate of the lab get here, and they are all parts of the lab.
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: pki.cert,
    tlsPrivateKeyFile: pki.key,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${CGROUP}`,
    failSwapOn: false,
    failCgroupV1: false,
    containerRuntimeEndpoint: `unix://${node.containerdSocket}`,
    // All images are there from the beginning. Kubelet must not delete one, because nothing can fetch it again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    enforceNodeAllocatable: ['pods'],
    clusterDNS: [NODE_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: node.resolvConf,
    healthzPort: 0,
    // The default is a folder below /usr, which kubelet would make.
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // Its iptables chains would stay on the machine, and nothing here uses them.
    makeIPTablesUtilChains: false,
    registerWithTaints: [{ key: REAL_LABEL, value: 'true', effect: 'NoSchedule' }],
  };
}
