import type { AptSource, TemplateName } from '../../spec/types.js';
import type { WriteFile } from './types.js';
import { writeFile } from './write-file.js';

/**
 * Microsoft's repositories with aziot-edge and moby-engine, and the key that signs them.
 * https://learn.microsoft.com/azure/iot-edge/how-to-provision-single-device-linux-symmetric
 */
const repositories: Record<TemplateName, { uri: string; suite: string }> = {
  'ubuntu-24.04': { uri: 'https://packages.microsoft.com/ubuntu/24.04/prod', suite: 'noble' },
  'ubuntu-22.04': { uri: 'https://packages.microsoft.com/ubuntu/22.04/prod', suite: 'jammy' },
  'debian-12': { uri: 'https://packages.microsoft.com/debian/12/prod', suite: 'bookworm' },
};
const MICROSOFT_KEY_URL = 'https://packages.microsoft.com/keys/microsoft.asc';
const MICROSOFT_KEY_FINGERPRINT = 'BC528686B50D79E339D3721CEB3E94ADBE1229CF';

/** Where the guest keeps the key, once it is checked (`cloud-init/guest/lib/source.sh`). */
const KEYRING = '/etc/apt/keyrings/edge-vm.asc';

/** What the guest needs to know of the source of `aziot-edge`. */
export interface EdgeSource {
  settings: Record<'EDGE_SOURCE_URI' | 'EDGE_SOURCE_KEY_URL' | 'EDGE_SOURCE_KEY_FINGERPRINT' | 'EDGE_SOURCE_TRUSTED', string>;
  /** Kept in /etc/edge-vm/apt until the key is there: a source without its key fails every `apt-get update`. */
  files: WriteFile[];
}

/** The person's own source, or else Microsoft's for the template's distribution. */
export function edgeSource(template: TemplateName, own?: AptSource): EdgeSource {
  const source: AptSource = own ?? { ...repositories[template], components: ['main'], keyUrl: MICROSOFT_KEY_URL, keyFingerprint: MICROSOFT_KEY_FINGERPRINT };
  const trusted = source.trusted === true;
  return {
    settings: {
      EDGE_SOURCE_URI: source.uri,
      EDGE_SOURCE_KEY_URL: source.keyUrl ?? '',
      EDGE_SOURCE_KEY_FINGERPRINT: (source.keyFingerprint ?? '').replaceAll(/\s/g, '').toUpperCase(),
      EDGE_SOURCE_TRUSTED: trusted ? 'yes' : 'no',
    },
    files: [
      writeFile('/etc/edge-vm/apt/edge.sources', sourceText(source, repositories[template].suite)),
      ...(source.key === undefined || trusted ? [] : [writeFile('/etc/edge-vm/apt/edge.asc', withLineEnd(source.key))]),
    ],
  };
}

/** deb822, see sources.list(5). */
function sourceText(source: AptSource, templateSuite: string): string {
  const suite = source.suite ?? templateSuite;
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
