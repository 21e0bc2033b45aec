/** `services.json`: the configuration of the process on the bridge. Each service has the machine's address there. */
export interface ServicesConfig {
  /** Hash of the code and the environment of the process. */
  key: string;
  address: string;
  /** TCP ports that are forwarded to ports on loopback: API server, hub. */
  forwards: { port: number; to: number }[];
  /** Names below it have the address `address`. For all others, the machine's own resolver is asked. */
  domain: string;
  packages: {
    /** Folder served below `/edge/`. */
    repository: string;
    /** Path below `/` → the archive behind it, e.g. `debian` → `http://mirror.example/debian`. */
    mirrors: Record<string, string>;
    /** Folder for copies from the archives. */
    cache: string;
    /** While this file exists, requests are refused, as by a mirror that is down. */
    downFile: string;
  };
}
