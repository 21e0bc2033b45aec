import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from './paths.js';

/** Programs that are built together from the Go module `lab/programs/core`. */
export interface ProgramGroup {
  name: string;
  /** The module's folder. */
  folder: string;
  packages: readonly string[];
  /** What the build leaves in bin/. */
  programs: readonly string[];
  /** Flags of the compiler and of how modules are read. */
  flags: readonly string[];
  ldflags: string;
  /** Build tags, e.g. `['selinux']`. */
  tags?: readonly string[];
  /** Links C libraries; needs a C compiler. */
  cgo?: boolean;
}

/** Versions that go.mod pins; the one place they are written down. */
export interface PinnedVersions {
  kubernetes: string;
  kubevirt: string;
  kwok: string;
  cdi: string;
}

const folder = packageFile('programs', 'core');

/**
 * What all groups are compiled with, so that one finds in Go's cache what another has compiled. No debugging data, which
 * the linker would throw away; and in code that waits for others nearly all of its time, no inlining: together with
 * GOGC they spare a third of the compiler's work. A file, since scripts read it too.
 */
const flags = readFileSync(join(folder, 'build-flags'), 'utf8').split('\n').filter((line) => line !== '');

export function pinnedVersions(): PinnedVersions {
  return {
    kubernetes: requiredVersion('k8s.io/kubernetes'),
    kubevirt: requiredVersion('kubevirt.io/kubevirt'),
    kwok: requiredVersion('sigs.k8s.io/kwok'),
    cdi: requiredVersion('kubevirt.io/containerized-data-importer'),
  };
}

/**
 * What a lab with simulated nodes needs, from one module and in one build: what two programs share is compiled once,
 * and a program is linked while others are still compiled.
 */
export function programGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  const own = ['etcd', 'kwok', 'cdi-crds'];
  const kubernetes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const kubevirt = ['virt-api', 'virt-controller', 'virt-operator'];
  return [{
    name: 'core',
    folder,
    packages: [...own.map((name) => `./${name}`), ...kubernetes.map(ofKubernetes), ...kubevirt.map(ofKubeVirt), 'kubevirt.io/kubevirt/tools/resource-generator'],
    programs: [...own, ...kubernetes, ...kubevirt, 'resource-generator'],
    flags,
    ldflags: ldflags(versions),
  }];
}

/** kubectl and virtctl: for people and tests; no lab needs them. */
export function toolGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  return [{ name: 'tools', folder, packages: [ofKubernetes('kubectl'), ofKubeVirt('virtctl')], programs: ['kubectl', 'virtctl'], flags, ldflags: ldflags(versions) }];
}

/** What a real node needs besides: a kubelet, and KubeVirt's programs of a node. From the same module, so of the same versions. */
export function nodeProgramGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  const pure = ['virt-launcher-monitor', 'virt-chroot', 'virt-freezer', 'virt-probe', 'virt-tail'];
  // libvirt is loaded when they run, so that its headers suffice here, which the Go module brings along.
  const withLibvirt = ['virt-handler', 'virt-launcher'];
  // virt-handler registers metrics before their variables are set, unless the compiler sets those by inlining.
  const inlined = flags.filter((flag) => !flag.startsWith('-gcflags=kubevirt.io/'));
  return [
    { name: 'node', folder, packages: [ofKubernetes('kubelet'), ...pure.map(ofKubeVirt)], programs: ['kubelet', ...pure], flags, ldflags: ldflags(versions) },
    { name: 'node-libvirt', folder, packages: withLibvirt.map(ofKubeVirt), programs: withLibvirt, flags: inlined, ldflags: ldflags(versions), tags: ['libvirt_dlopen', 'selinux'], cgo: true },
  ];
}

function ofKubernetes(program: string): string {
  return `k8s.io/kubernetes/cmd/${program}`;
}

function ofKubeVirt(program: string): string {
  return `kubevirt.io/kubevirt/cmd/${program}`;
}

function ldflags(versions: PinnedVersions): string {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  const values = {
    'k8s.io/component-base/version.gitVersion': versions.kubernetes,
    'k8s.io/component-base/version.gitMajor': major!,
    'k8s.io/component-base/version.gitMinor': minor!,
    'k8s.io/client-go/pkg/version.gitVersion': versions.kubernetes,
    'kubevirt.io/client-go/version.gitVersion': versions.kubevirt,
    'sigs.k8s.io/kwok/pkg/consts.Version': versions.kwok,
  };
  return `-s -w ${Object.entries(values).map(([name, value]) => `-X ${name}=${value}`).join(' ')}`;
}

/** The version that go.mod requires of another module. */
function requiredVersion(module: string): string {
  const lines = readFileSync(packageFile('programs', 'core', 'go.mod'), 'utf8').split('\n');
  const line = lines.find((candidate) => candidate.trim().startsWith(`${module} v`));
  if (line === undefined) throw new Error(`go.mod does not require ${module}`);
  return line.trim().split(/\s+/)[1]!;
}
