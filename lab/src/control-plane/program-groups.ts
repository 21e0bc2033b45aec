import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from './paths.js';

/** Programs that are built together from the Go module `lab/programs/core`. */
export interface ProgramGroup {
  name: string;
  /** The module's folder. */
  folder: string;
  packages: readonly string[];
  /** The programs that the build puts into bin/. */
  programs: readonly string[];
  /** Flags for the compiler, and for how Go reads modules. */
  flags: readonly string[];
  ldflags: string;
  /** Build tags, e.g. `['selinux']`. */
  tags?: readonly string[];
  /** Links C libraries; needs a C compiler. */
  cgo?: boolean;
}

/** Versions that go.mod pins; no other file has them. */
export interface PinnedVersions {
  kubernetes: string;
  kubevirt: string;
  kwok: string;
  cdi: string;
}

const folder = packageFile('programs', 'core');

/**
 * All groups use the same compiler flags, so that each finds in Go's cache what another has compiled. No debugging data,
 * which the linker would throw away. No inlining in code that waits nearly all of its time. Together with GOGC, the flags
 * save a third of the compiler's work. They are in a file, because scripts read them too.
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
 * What a lab with simulated nodes needs, from one module and in one build. So Go compiles shared packages once, and
 * links one program while it still compiles others.
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

/** kubectl and virtctl, for people and tests; a lab does not need them. */
export function toolGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  return [{ name: 'tools', folder, packages: [ofKubernetes('kubectl'), ofKubeVirt('virtctl')], programs: ['kubectl', 'virtctl'], flags, ldflags: ldflags(versions) }];
}

/**
 * The real helm, for people and tests that try the charts. It has a module of its own, because it uses another version of
 * Kubernetes' libraries. `main` reads the version from a variable that its release build sets.
 */
export function helmGroups(): ProgramGroup[] {
  const folder = packageFile('programs', 'helm');
  const version = requiredVersion('helm.sh/helm/v4', folder);
  return [{ name: 'helm', folder, packages: ['helm.sh/helm/v4/cmd/helm'], programs: ['helm'], flags, ldflags: `-s -w -X helm.sh/helm/v4/internal/version.version=${version}` }];
}

/** What a real node needs in addition: a kubelet, and KubeVirt's programs of a node. They come from the same module, so they have the same versions. */
export function nodeProgramGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  const pure = ['virt-launcher-monitor', 'virt-chroot', 'virt-freezer', 'virt-probe', 'virt-tail'];
  // They load libvirt when they run. The build needs only its headers, which are in the Go module.
  const withLibvirt = ['virt-handler', 'virt-launcher'];
  // Without inlining, virt-handler registers metrics before their variables are set.
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
function requiredVersion(module: string, inFolder = folder): string {
  const lines = readFileSync(join(inFolder, 'go.mod'), 'utf8').split('\n');
  const line = lines.find((candidate) => candidate.trim().replace(/^require /, '').startsWith(`${module} v`));
  if (line === undefined) throw new Error(`go.mod does not require ${module}`);
  return line.trim().replace(/^require /, '').split(/\s+/)[1]!;
}
