/** `services.json`: what the process on the bridge is told. Each is reached at the machine's address there. */
export interface ServicesConfig {
  address: string;
  /** TCP ports that lead to ports of loopback: API server, hub. */
  forwards: { port: number; to: number }[];
  /** Names that are `address`; all others are asked of the machine's own resolver. */
  names: string[];
  packages: {
    /** Folder served below `/edge/`. */
    repository: string;
    /** Path below `/` → archive that is asked and kept for later, e.g. `debian` → `http://mirror.example/debian`. */
    mirrors: Record<string, string>;
    /** Folder of what is kept. */
    cache: string;
    /** When this file is there, every request is refused: a mirror that is down. */
    downFile: string;
  };
}
