import type { ConsoleStore } from '../node/console-store.js';
import type { WorldConfig } from './config.js';

export interface WorldParts {
  config: WorldConfig;
  consoles: ConsoleStore;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** One part of the world that works against the API server and is restarted when it fails. */
export interface Player {
  name: string;
  run: (signal: AbortSignal) => Promise<void>;
}

/** The importer and the simulated guests. */
export function startPlayers(_parts: WorldParts): Player[] {
  return [];
}
