import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { startBareCluster, type BareCluster } from './support/cluster.js';
import { rebuiltManifests } from './support/manifests.js';
import { playOperators } from './support/operators.js';
import { runScript } from './support/script.js';

describe('kubevirt-install.sh with the real virt-operator', () => {
  let cluster: BareCluster;
  let manifests: string;
  let stopOperators: (() => Promise<void>) | undefined;
  before(async function () {
    this.timeout(1_200_000);
    manifests = await rebuiltManifests();
    cluster = await startBareCluster();
  });
  after(async () => {
    await stopOperators?.();
    await cluster.stop();
  });

  it('installs a KubeVirt that its operator deploys, and removes it with the operator’s help', async function () {
    // On a busy machine the operator needs minutes.
    this.timeout(900_000);
    stopOperators = playOperators(cluster.api, ['cdi']);
    const installing = runScript(cluster, ['--manifests', manifests, '--yes', '--timeout', '400s']);
    const ended = new AbortController();
    void installing.then(() => ended.abort());
    // The type is not there from the beginning.
    const hasObject = (): Promise<boolean> => cluster.kubectl(['get', 'kubevirts.kubevirt.io', '-n', 'kubevirt', '-o', 'name']).then((names) => names !== '', () => false);
    while (!ended.signal.aborted && !(await hasObject())) await delay(200);
    if (!ended.signal.aborted) await cluster.runKubeVirt();
    const installed = await installing;
    assert.equal(installed.code, 0, `${installed.stdout}\n${installed.stderr}`);
    assert.match(installed.stderr, /KubeVirt: phase Deploying/);
    assert.match(installed.stderr, /KubeVirt is available/);
    const again = await runScript(cluster, ['--manifests', manifests, '--timeout', '60s']);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /KubeVirt v1\.8\.2: check/);

    const removed = await runScript(cluster, ['--uninstall', '--yes', '--timeout', '300s']);
    assert.equal(removed.code, 0, removed.stderr);
    const left = await cluster.kubectl(['get', 'namespaces,customresourcedefinitions,clusterroles,clusterrolebindings,priorityclasses,apiservices,validatingwebhookconfigurations,mutatingwebhookconfigurations', '-o', 'name']);
    assert.doesNotMatch(left, /kubevirt/);
  });
});
