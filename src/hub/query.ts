import type { Registry } from 'azure-iothub/dist/registry.js';
import { twinOf } from './mapping.js';
import type { WireTwin } from './mapping.js';
import type { EdgeAgentTwin, ModuleTwin, ModuleTwinRow } from './types.js';

/** The largest one. https://learn.microsoft.com/azure/iot-hub/query-iot-hub-sdk */
const pageSize = 1000;
const edgeAgents = "SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent'";
/** Characters of ids in one query; the hub refuses longer queries. */
const longest = 6000;

/** Runs one attempt of a call with the SDK bound to it. */
export type Run = <T>(what: string, work: (registry: Registry) => Promise<T>) => Promise<T>;

/** `$edgeAgent` twins of the devices, with as few queries as their length allows: the hub limits queries more than any other call. */
export async function* queryTwins(deviceIds: readonly string[], run: Run): AsyncGenerator<{ deviceId: string; twin: EdgeAgentTwin }, void, undefined> {
  for (const ids of chunks(deviceIds)) {
    for await (const page of pages<WireTwin>(`${edgeAgents} AND deviceId IN [${ids.map(quote).join(',')}]`, 'query the twins of devices', run)) yield* page.map(rowOf);
  }
}

/** Twins of these modules of the devices, with as few queries as their length allows. */
export async function* queryModules(moduleIds: readonly string[], deviceIds: readonly string[], run: Run): AsyncGenerator<ModuleTwinRow, void, undefined> {
  const modules = moduleIds.map(quote).join(',');
  for (const ids of chunks(deviceIds, longest - modules.length)) {
    const sql = `SELECT * FROM devices.modules WHERE moduleId IN [${modules}] AND deviceId IN [${ids.map(quote).join(',')}]`;
    for await (const page of pages<WireTwin & { moduleId: string }>(sql, 'query the twins of modules', run)) yield* page.map((wire) => ({ deviceId: wire.deviceId, moduleId: wire.moduleId, twin: twinOf<ModuleTwin>(wire) }));
  }
}

/** `$edgeAgent` twins of all devices of the hub, page by page. */
export async function* queryAllTwins(run: Run, size: number): AsyncGenerator<{ deviceId: string; twin: EdgeAgentTwin }[], void, undefined> {
  for await (const page of pages<WireTwin>(edgeAgents, 'query the twins of all devices', run, size)) yield page.map(rowOf);
}

/** Those of the ids that are devices of the hub. */
export async function queryDevices(deviceIds: readonly string[], run: Run): Promise<Set<string>> {
  const found = new Set<string>();
  for (const ids of chunks(deviceIds)) {
    for await (const page of pages<{ deviceId: string }>(`SELECT deviceId FROM devices WHERE deviceId IN [${ids.map(quote).join(',')}]`, 'query the devices', run)) {
      for (const { deviceId } of page) found.add(deviceId);
    }
  }
  return found;
}

const rowOf = (wire: WireTwin): { deviceId: string; twin: EdgeAgentTwin } => ({ deviceId: wire.deviceId, twin: twinOf(wire) });

async function* pages<T>(sql: string, what: string, run: Run, size: number = pageSize): AsyncGenerator<T[], void, undefined> {
  let token: string | undefined;
  do {
    const from = token;
    const page = await run(what, async (registry) => {
      const query = registry.createQuery(sql, size);
      // `next()` without the token always gives the first page.
      const { result } = await query.next(from as string);
      return { rows: (result ?? []) as T[], token: query.continuationToken };
    });
    yield page.rows;
    token = page.token;
  } while (token);
}

/** A string literal of the query language; device ids may hold `'`. */
function quote(id: string): string {
  return `'${id.replace(/[\\']/g, (c) => `\\${c}`)}'`;
}

function chunks(ids: readonly string[], room = longest): string[][] {
  const result: string[][] = [];
  let length = room;
  for (const id of ids) {
    const size = quote(id).length + 1;
    if (length + size > room) {
      result.push([]);
      length = 0;
    }
    result.at(-1)!.push(id);
    length += size;
  }
  return result;
}
