import type { KubeManifest, RenderedDevice, SecretMode } from '../types.js';

const placeholder = 'REPLACE-WITH-THE-USER-DATA: edge-vm render --secret=include prints it';

/**
 * The cloud-init Secret, the one object that holds a credential; `undefined` with `omit`. `include` reveals it,
 * as base64 in `data`: `stringData` is write-only and would differ from the server's answer.
 */
export function cloudInitSecret(rendered: RenderedDevice, mode: SecretMode): KubeManifest | undefined {
  if (mode === 'omit') return undefined;
  const { secretName, namespace, labels, networkData } = rendered;
  const head = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, ...(namespace === undefined ? {} : { namespace }), labels },
    type: 'Opaque',
  };
  if (mode === 'placeholder') return { ...head, stringData: { userdata: placeholder, ...(networkData === undefined ? {} : { networkdata: networkData }) } };
  return {
    ...head,
    data: { userdata: base64(rendered.userData.reveal()), ...(networkData === undefined ? {} : { networkdata: base64(networkData) }) },
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
