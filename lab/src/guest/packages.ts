/** Versions of `aziot-edge` that the simulated package source offers (as packages.microsoft.com names them). */
export const EDGE_VERSIONS: ReadonlySet<string> = new Set([
  '1.5.19-1', '1.5.20-1', '1.5.21-1', '1.6.0-1',
]);

export interface StepFailure {
  code: string;
  message: string;
  /** After five tries, the real guest reports that it gives up. */
  final: boolean;
}

const unreachable = (uri: string): boolean => {
  try {
    return new URL(uri).hostname.endsWith('.invalid');
  } catch {
    return false;
  }
};

/** What apt would say if it installs `aziot-edge=<edge> aziot-identity-service=<identity>` from this source. */
export function installRuntime(edge: string, identity: string, source: string): StepFailure | undefined {
  if (unreachable(source)) {
    return { code: 'apt-unreachable', message: `Could not resolve '${new URL(source).hostname}'`, final: false };
  }
  if (!EDGE_VERSIONS.has(edge)) {
    return { code: 'package-not-found', message: `E: Version '${edge}' for 'aziot-edge' was not found`, final: true };
  }
  if (edge !== identity) {
    return { code: 'package-not-found', message: `E: Version '${identity}' for 'aziot-identity-service' was not found`, final: true };
  }
  return undefined;
}
