import type { Registry } from 'azure-iothub/dist/registry.js';
import { twinOf } from './mapping.js';
import type { WireTwin } from './mapping.js';
import type { EdgeAgentTwin } from './types.js';

const pageSize = 100;
/** Characters of ids in one query; the hub refuses longer queries. */
const longest = 6000;

/** Runs one attempt of a call with the SDK bound to it. */
export type Run = <T>(what: string, work: (registry: Registry) => Promise<T>) => Promise<T>;

/** `$edgeAgent` twins of the devices, with as few queries as their length allows: the hub limits queries more than any other call. */
export async function* queryTwins(deviceIds: readonly string[], run: Run): AsyncGenerator<{ deviceId: string; twin: EdgeAgentTwin }, void, undefined> {
  for (const ids of chunks(deviceIds)) {
    const sql = `SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent' AND deviceId IN [${ids.map(quote).join(',')}]`;
    let token: string | undefined;
    do {
      const from = token;
      const page = await run('query the twins of devices', async (registry) => {
        const query = registry.createQuery(sql, pageSize);
        // `next()` without the token always gives the first page.
        const { result } = await query.next(from as string);
        return { twins: (result ?? []) as WireTwin[], token: query.continuationToken };
      });
      for (const twin of page.twins) yield { deviceId: twin.deviceId, twin: twinOf(twin) };
      token = page.token;
    } while (token);
  }
}

/** A string literal of the query language; device ids may hold `'`. */
function quote(id: string): string {
  return `'${id.replace(/[\\']/g, (c) => `\\${c}`)}'`;
}

function chunks(ids: readonly string[]): string[][] {
  const result: string[][] = [];
  let length = longest;
  for (const id of ids) {
    const size = quote(id).length + 1;
    if (length + size > longest) {
      result.push([]);
      length = 0;
    }
    result.at(-1)!.push(id);
    length += size;
  }
  return result;
}
