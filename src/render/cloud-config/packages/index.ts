import { guestSystem, type GuestSystem, type PackageFamily } from '../../../spec/guest-systems.js';
import type { GuestSpec, TemplateName } from '../../../spec/types.js';
import type { CloudConfig, WriteFile } from '../types.js';
import { aptSetup } from './apt.js';

/** The settings of a package system in the guest, to install engine and runtime. */
export interface PackageSetup {
  /** For `/etc/edge-vm/settings`. */
  settings: Record<string, string>;
  files: WriteFile[];
  /** For cloud-init's own modules: mirrors of the distribution. */
  config: CloudConfig;
}

const families: Readonly<Record<PackageFamily, (system: GuestSystem, guest: GuestSpec) => PackageSetup>> = { apt: aptSetup };

/** Package sources, and the engine's packages, for the system of a template. */
export function packageSetup(template: TemplateName, guest: GuestSpec): PackageSetup {
  const system = guestSystem(template);
  const { settings, files, config } = families[system.packageFamily](system, guest);
  const engine = system.engines[guest.engine];
  return {
    settings: { ENGINE_PACKAGES: engine.packages.join(' '), ENGINE_FROM: engine.from, ...settings },
    files,
    config,
  };
}
