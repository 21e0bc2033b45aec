import { readFileSync } from 'node:fs';
import { packageFile } from './paths.js';

/** Programs that are built together from one Go module of `lab/programs/`. */
export interface ProgramGroup {
  name: string;
  /** The module's folder. */
  folder: string;
  packages: readonly string[];
  /** What the build leaves in bin/. */
  programs: readonly string[];
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

export function pinnedVersions(): PinnedVersions {
  return {
    kubernetes: requiredVersion('core', 'k8s.io/kubernetes'),
    kubevirt: requiredVersion('core', 'kubevirt.io/kubevirt'),
    kwok: requiredVersion('kwok', 'sigs.k8s.io/kwok'),
    cdi: requiredVersion('cdi-crds', 'kubevirt.io/containerized-data-importer'),
  };
}

/** What a lab with simulated nodes needs, the quickest build last so that a failure shows early is not at stake: all must work. */
export function programGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  const kubernetes = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
  const kubevirt = ['virt-api', 'virt-controller', 'virt-operator', 'virtctl'];
  return [
    {
      name: 'cdi-crds',
      folder: packageFile('programs', 'cdi-crds'),
      packages: ['.'],
      programs: ['cdi-crds'],
      ldflags: set({}).trim(),
    },
    {
      name: 'kwok',
      folder: packageFile('programs', 'kwok'),
      packages: ['sigs.k8s.io/kwok/cmd/kwok'],
      programs: ['kwok'],
      ldflags: set({ 'sigs.k8s.io/kwok/pkg/consts.Version': versions.kwok }),
    },
    {
      name: 'core',
      folder: packageFile('programs', 'core'),
      packages: [
        './etcd',
        ...kubernetes.map((name) => `k8s.io/kubernetes/cmd/${name}`),
        ...kubevirt.map((name) => `kubevirt.io/kubevirt/cmd/${name}`),
        'kubevirt.io/kubevirt/tools/resource-generator',
      ],
      programs: ['etcd', ...kubernetes, ...kubevirt, 'resource-generator'],
      ldflags: coreFlags(versions),
    },
  ];
}

/** What a real node needs besides: a kubelet, and KubeVirt's programs of a node. From the same module, so of the same versions. */
export function nodeProgramGroups(versions: PinnedVersions = pinnedVersions()): ProgramGroup[] {
  const folder = packageFile('programs', 'core');
  const pure = ['virt-launcher-monitor', 'virt-chroot', 'virt-freezer', 'virt-probe', 'virt-tail'];
  // libvirt is loaded when they run, so that its headers suffice here, which the Go module brings along.
  const withLibvirt = ['virt-handler', 'virt-launcher'];
  const kubevirt = (names: string[]): string[] => names.map((name) => `kubevirt.io/kubevirt/cmd/${name}`);
  return [
    { name: 'node', folder, packages: ['k8s.io/kubernetes/cmd/kubelet', ...kubevirt(pure)], programs: ['kubelet', ...pure], ldflags: coreFlags(versions) },
    { name: 'node-libvirt', folder, packages: kubevirt(withLibvirt), programs: withLibvirt, ldflags: coreFlags(versions), tags: ['libvirt_dlopen', 'selinux'], cgo: true },
  ];
}

function set(values: Record<string, string>): string {
  return `-s -w ${Object.entries(values).map(([name, value]) => `-X ${name}=${value}`).join(' ')}`;
}

function coreFlags(versions: PinnedVersions): string {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  return set({
    'k8s.io/component-base/version.gitVersion': versions.kubernetes,
    'k8s.io/component-base/version.gitMajor': major!,
    'k8s.io/component-base/version.gitMinor': minor!,
    'k8s.io/client-go/pkg/version.gitVersion': versions.kubernetes,
    'kubevirt.io/client-go/version.gitVersion': versions.kubevirt,
  });
}

/** The version that a module's go.mod requires of another module. */
function requiredVersion(group: string, module: string): string {
  const text = readFileSync(packageFile('programs', group, 'go.mod'), 'utf8');
  const line = text.split('\n').find((candidate) => candidate.replace(/^require\s+/, '').trim().startsWith(`${module} v`));
  if (line === undefined) throw new Error(`${group}/go.mod does not require ${module}`);
  return line.trim().split(/\s+/).find((word) => /^v\d/.test(word))!;
}
