import assert from 'node:assert/strict';
import { ApiError, type Api } from '../../src/control-plane/api.js';
import { applyDocuments } from '../../src/control-plane/install/documents.js';
import type { ApiObject } from '../../src/control-plane/resources.js';

/** An API server that serves a type only when it was asked for it twice, and refuses an object the given number of times. */
function fakeApi(refusals: Record<string, ApiError[]> = {}): { api: Api; calls: string[] } {
  const calls: string[] = [];
  const asked = new Map<string, number>();
  const api: Pick<Api, 'apply' | 'get'> = {
    async apply(object: ApiObject) {
      const refusal = refusals[object.metadata.name]?.shift();
      calls.push(`${refusal === undefined ? 'apply' : 'refuse'} ${object.kind} ${object.metadata.name}`);
      if (refusal !== undefined) throw refusal;
      return object;
    },
    async get<T>(path: string) {
      const name = path.split('/').at(-1)!;
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      const status = times > 1 ? 'True' : 'False';
      if (status === 'True') calls.push(`${name} is served`);
      return { status: { conditions: [{ type: 'NamesAccepted', status: 'True' }, { type: 'Established', status }] } } as T;
    },
  };
  return { api: api as Api, calls };
}

const document = (kind: string, name: string): string => `---\napiVersion: example.test/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

describe('documents of upstream programs', () => {
  it('are applied in their order, and types are served before what comes after them', async () => {
    const { api, calls } = fakeApi();
    await applyDocuments(api, `---\n${[document('Namespace', 'n'), document('CustomResourceDefinition', 'as'), document('CustomResourceDefinition', 'bs'), document('A', 'one')].join('')}---\n`);
    assert.deepEqual(calls, ['apply Namespace n', 'apply CustomResourceDefinition as', 'apply CustomResourceDefinition bs', 'as is served', 'bs is served', 'apply A one']);
  });

  it('are all served at the end', async () => {
    const { api, calls } = fakeApi();
    await applyDocuments(api, document('CustomResourceDefinition', 'as'));
    assert.deepEqual(calls, ['apply CustomResourceDefinition as', 'as is served']);
  });

  it('are tried again while the server is busy, and not when it refuses them', async () => {
    const { api, calls } = fakeApi({ one: [new ApiError(503, 'starting'), new ApiError(429, 'slowly')], two: [new ApiError(422, 'spec.x: is wrong')] });
    await assert.rejects(applyDocuments(api, document('A', 'one') + document('A', 'two') + document('A', 'three')), (error: Error) => {
      assert.match(error.message, /A two cannot be applied/);
      assert.match(String(error.cause), /spec\.x: is wrong/);
      return true;
    });
    assert.deepEqual(calls, ['refuse A one', 'refuse A one', 'apply A one', 'refuse A two']);
  });
});
