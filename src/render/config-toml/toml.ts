/**
 * What edge-vm writes as TOML. No null and no undefined: the writer would drop them silently, and a dropped key
 * changes a configuration's meaning.
 */
export interface TomlTable {
  [key: string]: TomlValue;
}

export type TomlValue = string | number | boolean | TomlTable | TomlValue[];
