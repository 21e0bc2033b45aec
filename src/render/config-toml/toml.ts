/**
 * The data that edge-vm writes as TOML. It has no null and no undefined: the writer would drop them silently, and without
 * the key a configuration has another meaning.
 */
export interface TomlTable {
  [key: string]: TomlValue;
}

export type TomlValue = string | number | boolean | TomlTable | TomlValue[];
