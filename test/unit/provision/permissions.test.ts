import assert from 'node:assert/strict';
import { allows } from '../../../src/cluster/rules.js';
import type { Access, Rights } from '../../../src/cluster/types.js';
import { missingPermissions } from '../../../src/provision/common/permissions.js';
import { EdgeVmError } from '../../../src/support/errors.js';
import { scenario, type Scenario } from '../../helpers/scenario.js';

const needed: Access[] = [{ verb: 'get', resource: 'secrets' }, { verb: 'patch', group: 'kubevirt.io', resource: 'virtualmachines' }, { verb: 'update', group: 'subresources.kubevirt.io', resource: 'virtualmachines', subresource: 'start' }];

describe('missing rights', () => {
  const rule = (verbs: string[], apiGroups: string[], resources: string[], resourceNames?: string[]): Rights => ({ rules: [{ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) }], incomplete: false });
  const cases: [name: string, rights: Rights, access: Access, allowed: boolean][] = [
    ['a rule that names it', rule(['get', 'list'], ['', 'apps'], ['pods', 'secrets']), needed[0]!, true],
    ['everything', rule(['*'], ['*'], ['*']), needed[2]!, true],
    ['another verb', rule(['list'], [''], ['secrets']), needed[0]!, false],
    ['another group', rule(['patch'], [''], ['virtualmachines']), needed[1]!, false],
    ['the resource without its subresource', rule(['update'], ['*'], ['virtualmachines']), needed[2]!, false],
    ['the subresource of every resource', rule(['update'], ['*'], ['*/start']), needed[2]!, true],
    ['one object only', rule(['get'], [''], ['secrets'], ['mine']), needed[0]!, false],
    ['nothing', { rules: [], incomplete: false }, needed[0]!, false],
  ];
  for (const [name, rights, access, allowed] of cases) {
    it(`${name} ${allowed ? 'allows' : 'does not allow'} to ${access.verb} ${access.resource}`, () => assert.equal(allows(rights, access), allowed));
  }

  const ask = async (scene: Scenario): Promise<{ missing: string[]; asked: string[] }> => {
    const missing = await missingPermissions(scene.context, 'edge', needed, new AbortController().signal);
    return { missing, asked: scene.cluster.calls.map(({ verb }) => verb) };
  };

  it('are found with one request where nothing is missing', async () => {
    assert.deepEqual(await ask(scenario()), { missing: [], asked: ['rights'] });
  });

  it('are confirmed singly, each by its own name', async () => {
    const scene = scenario();
    scene.cluster.forbidden.add('patch virtualmachines');
    assert.deepEqual(await ask(scene), { missing: ['patch virtualmachines.kubevirt.io'], asked: ['rights', 'canI'] });
  });

  it('are all asked singly where an authorizer cannot list its rules: it may allow more, or refuse', async () => {
    const scene = scenario();
    scene.cluster.rights = async () => ({ rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], incomplete: true });
    scene.cluster.forbidden.add('get secrets');
    assert.deepEqual(await ask(scene), { missing: ['get secrets'], asked: ['canI', 'canI', 'canI'] });
  });

  it('are all asked singly where the server does not answer that question; another error goes on', async () => {
    const scene = scenario();
    scene.cluster.rights = () => Promise.reject(new EdgeVmError('forbidden', 'not allowed to check'));
    assert.deepEqual((await ask(scene)).asked, ['canI', 'canI', 'canI']);
    scene.cluster.rights = () => Promise.reject(new EdgeVmError('no-cluster', 'no route'));
    await assert.rejects(ask(scene), { code: 'no-cluster' });
  });
});
