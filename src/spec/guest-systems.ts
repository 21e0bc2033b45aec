import type { Architecture, Engine } from './types.js';

/** The package system of a family of distributions. A second one needs its own renderer and guest scripts. */
export type PackageFamily = 'apt';

/** The packages of one container engine. */
export interface EnginePackages {
  /** The first one is the engine itself, which `spec.guest.engineVersion` pins. */
  packages: readonly [engine: string, ...others: string[]];
  /** Whether they come from the source of `aziot-edge` or from the distribution. */
  from: 'edge-source' | 'distribution';
  /** Architectures for which these packages are not confirmed in the source; edge-vm warns of that. */
  unconfirmed?: readonly Architecture[];
}

/** One operating system of guests. Only its manifest, `vm-templates/<template>.yaml`, has its image. */
export interface GuestSystem {
  /** `spec.vm.template`. */
  template: string;
  packageFamily: PackageFamily;
  /** Suite of the distribution and of `edgeSource`, e.g. `noble`. */
  suite: string;
  /** Folder of the security updates beside that of a mirror, if the distribution has one: `debian` → `debian-security`. */
  securityArchive?: { main: string; security: string };
  engines: Readonly<Record<Engine, EnginePackages>>;
  /** The source of `aziot-edge` and `aziot-identity-service`, and the key that signs it (40 hex digits). */
  edgeSource: { uri: string; components: readonly string[]; keyUrl: string; keyFingerprint: string };
}

const docker: EnginePackages = { packages: ['docker.io'], from: 'distribution' };
const moby: EnginePackages = { packages: ['moby-engine', 'moby-cli'], from: 'edge-source' };

/** https://learn.microsoft.com/azure/iot-edge/how-to-provision-single-device-linux-symmetric */
const microsoft = (path: string): GuestSystem['edgeSource'] => ({
  uri: `https://packages.microsoft.com/${path}/prod`,
  components: ['main'],
  keyUrl: 'https://packages.microsoft.com/keys/microsoft.asc',
  keyFingerprint: 'BC528686B50D79E339D3721CEB3E94ADBE1229CF',
});

/** Every operating system of guests. */
export const GUEST_SYSTEMS = [
  {
    template: 'ubuntu-24.04',
    packageFamily: 'apt',
    suite: 'noble',
    engines: { moby: { ...moby, unconfirmed: ['arm64'] }, docker },
    edgeSource: microsoft('ubuntu/24.04'),
  },
  {
    template: 'ubuntu-22.04',
    packageFamily: 'apt',
    suite: 'jammy',
    engines: { moby, docker },
    edgeSource: microsoft('ubuntu/22.04'),
  },
  {
    template: 'debian-12',
    packageFamily: 'apt',
    suite: 'bookworm',
    securityArchive: { main: 'debian', security: 'debian-security' },
    engines: { moby: { ...moby, unconfirmed: ['arm64'] }, docker },
    edgeSource: microsoft('debian/12'),
  },
] as const satisfies readonly GuestSystem[];

type TemplatesOf<Rows extends readonly GuestSystem[]> = { readonly [Row in keyof Rows]: Rows[Row]['template'] };

/** Values of `spec.vm.template`. */
export const TEMPLATES = GUEST_SYSTEMS.map((system) => system.template) as unknown as TemplatesOf<typeof GUEST_SYSTEMS>;

export type TemplateName = (typeof TEMPLATES)[number];

/** The row of a template. */
export function guestSystem(template: TemplateName): GuestSystem {
  return GUEST_SYSTEMS.find((system) => system.template === template)!;
}

/** False if the engine's packages for the architecture are not confirmed in that system's source. */
export function isEngineConfirmed({ template, architecture = 'amd64' }: { template: TemplateName; architecture?: Architecture }, engine: Engine): boolean {
  return guestSystem(template).engines[engine].unconfirmed?.includes(architecture) !== true;
}
