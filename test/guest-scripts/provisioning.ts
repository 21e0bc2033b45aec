import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretValue } from '../../src/identity/secret.js';
import { buildUserData } from '../../src/render/cloud-config/index.js';
import type { AptSource, EdgeSpec, GuestSpec } from '../../src/spec/types.js';
import { leaveOut } from '../helpers/leave-out.js';
import { aptRepository } from './apt-repository.js';
import type { AptRepository } from './apt-repository.js';
import { openRoot, whyNoRoot } from './debian-root.js';
import { makeKey, stopAgent } from './gpg.js';
import type { GpgKey } from './gpg.js';
import { guestWith } from './provisioned-guest.js';
import type { Guest } from './provisioned-guest.js';
import type { StageRecord } from './stage-record.js';

/** Device key in the config.toml of each guest. */
export const KEY = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE=';
/** Steps of the provisioning script, in order. */
export const STEPS = ['clock', 'engine', 'runtime', 'files', 'config'];

/** A record that comes once all steps are done. */
export const provisioned = (record: StageRecord): boolean => record.stage === 'report';

export interface GuestOptions {
  source?: Partial<AptSource>;
  guest?: Partial<GuestSpec>;
  edge?: Partial<EdgeSpec>;
  toml?: string;
}

/** What the tests of one `describe` share: a repository of stand-ins, two keys, and a guest for each test. */
export interface Provisioning {
  /** Of which only `good` signs, unless a test says otherwise. */
  keys: { good: GpgKey; other: GpgKey };
  repository: AptRepository;
  /** A guest for this test; it ends with it. */
  open: (options?: GuestOptions) => Guest;
}

/** Declares the hooks of a `describe`; the fields are there from its `before` on. Leaves the tests out where no root can be had. */
export function provisioning(): Provisioning {
  let folder: string | undefined;
  let guest: Guest | undefined;
  // Filled by the first hook.
  const site = { open } as Provisioning;

  before(async function () {
    // Its first use makes the root.
    this.timeout(300_000);
    const reason = whyNoRoot();
    if (reason !== undefined) leaveOut(this, reason);
    openRoot().dispose();
    folder = mkdtempSync(join(tmpdir(), 'edge-vm-apt-'));
    site.keys = { good: makeKey(folder, 'good', 'ed25519'), other: makeKey(folder, 'other', 'ed25519') };
    site.repository = await aptRepository(folder);
  });
  beforeEach(() => { site.repository.publish(site.keys.good); });
  afterEach(async () => {
    await guest?.dispose();
    guest = undefined;
  });
  after(async () => {
    if (folder === undefined) return;
    await site.repository.close();
    for (const key of Object.values(site.keys)) stopAgent(key);
    rmSync(folder, { recursive: true, force: true });
  });

  function open(options: GuestOptions = {}): Guest {
    const { repository, keys } = site;
    const edgeSource: AptSource = { uri: repository.uri, suite: './', keyUrl: repository.keyUrl(keys.good), keyFingerprint: keys.good.fingerprint, ...options.source };
    guest = guestWith(buildUserData({
      apiVersion: 'edge-vm.io/v1alpha1',
      kind: 'EdgeDevice',
      metadata: { name: 'gw-01' },
      spec: {
        identity: {},
        vm: { template: 'debian-12', architecture: 'amd64', disk: { size: '20Gi' }, consoleLog: true, readinessProbe: 'exec' },
        guest: { engine: 'moby', user: 'edge', apt: { edgeSource }, docker: { mtu: 1450 }, ...options.guest },
        edge: { version: '1.6.0-1', identityServiceVersion: '1.6.0-1', ...options.edge },
      },
    }, {
      configToml: new SecretValue(options.toml ?? `[provisioning]\nconnection_string = "HostName=h;DeviceId=d;SharedAccessKey=${KEY}"\n`),
      files: [{ path: '/var/aziot/secrets/edge-ca.key.pem', owner: 'aziotks:aziotks', mode: '0600', content: new SecretValue('PRIVATE') }],
    }).reveal());
    return guest;
  }
  return site;
}
