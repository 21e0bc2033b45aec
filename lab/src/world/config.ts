/** `world.json`: the configuration of the world process. */
export interface WorldConfig {
  /** Path of the admin's kubeconfig. The API server starts after the world, since it needs the egress proxy. */
  kubeconfig: string;
  /** Path of hub.json, which may not exist yet. */
  hubConfig: string;
  /** Folder for the simulated guests' disks. */
  guestDir: string;
  /** The real node's disks, and its record. The record exists only if there is such a node. */
  realNode: { volumes: string; record: string };
  egress: {
    /** Path of the unix socket. */
    socket: string;
    /** `10.250.0.10:8443` → `127.0.0.1:40123`. */
    routes: Record<string, string>;
  };
  /** File paths, except host and port. Only clients with a certificate of `clientCa` may read logs. */
  kubelet: { host: string; port: number; cert: string; key: string; clientCa: string };
}
