/** `services.json`: what the process on the bridge is told. Each is reached at the machine's address there. */
export interface ServicesConfig {
  /** Hash of the rest that the process runs with: its code and environment. */
  key: string;
  address: string;
  /** TCP ports that lead to ports of loopback: API server, hub. */
  forwards: { port: number; to: number }[];
  /** Names below it are `address`; all others are asked of the machine's own resolver. */
  domain: string;
  packages: {
    /** Folder served below `/edge/`. */
    repository: string;
    /** Path below `/` → archive that is asked and kept for later, e.g. `debian` → `http://mirror.example/debian`. */
    mirrors: Record<string, string>;
    /** Folder of what is kept. */
    cache: string;
    /** When this file is there, requests are refused: a mirror that is down. */
    downFile: string;
  };
}
