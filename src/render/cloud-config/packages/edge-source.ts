import type { GuestSystem } from '../../../spec/guest-systems.js';
import type { AptSource } from '../../../spec/types.js';
import type { WriteFile } from '../types.js';
import { writeFile } from '../write-file.js';

/** The guest keeps the key here, after it has checked it (`cloud-init/guest/lib/source.sh`). */
const KEYRING = '/etc/apt/keyrings/edge-vm.asc';

/** The settings of the source of `aziot-edge` for the guest. */
interface EdgeSource {
  settings: Record<string, string>;
  /** Kept in /etc/edge-vm/apt until the guest has the key: a source without its key makes every `apt-get update` fail. */
  files: WriteFile[];
}

/** The person's own source, or else that of the guest's system. */
export function edgeSource(system: GuestSystem, own?: AptSource): EdgeSource {
  const source: AptSource = own ?? { ...system.edgeSource, components: [...system.edgeSource.components] };
  const trusted = source.trusted === true;
  return {
    settings: {
      EDGE_SOURCE_URI: source.uri,
      EDGE_SOURCE_KEY_URL: source.keyUrl ?? '',
      EDGE_SOURCE_KEY_FINGERPRINT: (source.keyFingerprint ?? '').replaceAll(/\s/g, '').toUpperCase(),
      EDGE_SOURCE_TRUSTED: trusted ? 'yes' : 'no',
    },
    files: [
      writeFile('/etc/edge-vm/apt/edge.sources', sourceText(source, system.suite)),
      ...(source.key === undefined || trusted ? [] : [writeFile('/etc/edge-vm/apt/edge.asc', withLineEnd(source.key))]),
    ],
  };
}

/** deb822, see sources.list(5). */
function sourceText(source: AptSource, systemSuite: string): string {
  const suite = source.suite ?? systemSuite;
  const flat = suite.endsWith('/');
  return [
    'Types: deb',
    `URIs: ${source.uri}`,
    `Suites: ${suite}`,
    ...(flat ? [] : [`Components: ${(source.components ?? ['main']).join(' ')}`]),
    source.trusted === true ? 'Trusted: yes' : `Signed-By: ${KEYRING}`,
    '',
  ].join('\n');
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
