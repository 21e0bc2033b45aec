import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askRealAz, missingPython, pythonWithAzureCli, VERSION, type RealAnswers } from './azure-cli.js';
import { SUBSCRIPTION } from './cloud.js';
import { assertCode, Scene } from './scene.js';

/** All calls of az that the script can make, and all queries with their documents. */
async function allCalls(): Promise<{ calls: string[][]; queries: Scene['cloud']['queries'] }> {
  const calls = new Map<string, string[]>();
  const queries: Scene['cloud']['queries'] = [];
  const inScene = async (look: (run: (args: readonly string[], code?: number, env?: Record<string, string>) => Promise<void>, scene: Scene) => Promise<void>): Promise<void> => {
    const scene = await new Scene().open();
    try {
      const run = async (args: readonly string[], code = 0, env: Record<string, string> = {}): Promise<void> => {
        const result = await scene.run(['--yes', ...args], { env });
        assertCode(result, code);
        for (const { program, args: words } of result.calls) if (program === 'az') calls.set(words.join('\0'), words);
      };
      await look(run, scene);
      queries.push(...scene.cloud.queries);
    } finally {
      await scene.close();
    }
  };
  await inScene(async (run, scene) => {
    scene.cloud.unregistered.add('Microsoft.Compute').add('Microsoft.Devices');
    const proxy = join(scene.home, 'proxy.json');
    writeFileSync(proxy, '{"httpProxy":"http://proxy:3128","httpsProxy":"http://proxy:3128","noProxy":[]}');
    const subnet = `/subscriptions/${SUBSCRIPTION}/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
    const many = ['--subscription', 'Contoso Dev', '--kubernetes-version', '1.34', '--subnet', subnet, '--http-proxy-config', proxy, '--tag', 'a=b', '--tag', 'owner=team', '--hub-tier', 'F1'];
    await run(many);
    await run(many);
    Object.assign(scene.cloud.clusters[0] ?? {}, { power: 'Stopped' });
    await run(many);
    await run(['--destroy', ...many]);
  });
  await inScene(async (run, scene) => {
    await run([]);
    scene.cloud.clusters = [];
    scene.cloud.clusterEnds = 'Failed';
    await run([], 5);
  });
  await inScene(async (run, scene) => {
    scene.cloud.groups.set('shared', { name: 'shared', location: 'eastus', state: 'Succeeded', tags: {}, looks: 0 });
    scene.cloud.others.push({ group: 'shared', type: 'Microsoft.Storage/storageAccounts', name: 'theirs', tags: {} });
    await run(['--resource-group', 'shared']);
    await run(['--resource-group', 'shared', '--destroy']);
    await run(['--skip-cluster', '--context', 'k3s']);
    const env = { EDGE_VM_HUB_CONNECTION_STRING: 'HostName=h;SharedAccessKeyName=p;SharedAccessKey=a2V5' };
    await run(['--skip-hub', '--name', 'second'], 0, env);
    await run(['--skip-hub', '--name', 'second', '--destroy'], 0, env);
  });
  return { calls: [...calls.values()], queries };
}

describe('the real Azure CLI', function () {
  let asked: Awaited<ReturnType<typeof allCalls>>;
  let answers: RealAnswers;
  const wrong = [['--no-such-flag', 'x'], ['-o', 'no-such-format']];

  before(async function () {
    const why = missingPython();
    if (why !== undefined) throw new Error(`scripts/test.sh installs what is missing: ${why}`);
    // The first time installs it.
    this.timeout(900_000);
    const python = await pythonWithAzureCli();
    asked = await allCalls();
    answers = askRealAz(python, { calls: [...asked.calls, ...wrong.flatMap((words) => asked.calls.map((call) => [...call, ...words])), ['iot', 'hub', 'create', '--name', 'h', '--resource-group', 'g', '--sku', 'S9']], queries: asked.queries });
  });

  it('accepts the arguments of all calls', function () {
    asked.calls.forEach((call, at) => {
      const { code, stderr } = answers.calls[at] ?? { code: -1, stderr: '' };
      if (call[0] === 'version') return assert.equal(code, 0, stderr);
      assert.match(stderr, /Please run 'az login'/, `az ${call.join(' ')}\n${stderr}`);
      assert.equal(code, 1);
    });
    const commands = new Set(asked.calls.map((call) => call.slice(0, call.findIndex((word) => word.startsWith('-'))).join(' ')));
    for (const command of ['aks create', 'aks start', 'aks delete', 'group delete', 'iot hub policy create', 'monitor activity-log list', 'provider register', 'rest', 'resource list']) assert.ok(commands.has(command), command);
    if (this.test !== undefined) this.test.title += `: ${asked.calls.length} calls of ${commands.size} commands, Azure CLI ${VERSION}`;
  });

  it('refuses each of them with a flag or a value that it does not know', () => {
    answers.calls.slice(asked.calls.length).forEach(({ code, stderr }) => assert.equal(code, 2, stderr));
  });

  it('gives to each query the lines that the stand-in gave', () => {
    assert.ok(asked.queries.length > 50);
    asked.queries.forEach(({ query, answer, document }, at) => assert.equal(answer, answers.queries[at], `${query}\n${JSON.stringify(document)}`));
  });
});
