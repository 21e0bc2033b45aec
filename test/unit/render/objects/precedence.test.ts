import assert from 'node:assert/strict';
import fc from 'fast-check';
import { read } from '../../../docs/markdown.js';
import { propertyRuns } from '../../../helpers/property-runs.js';
import { changedTemplate, renderWith, type Open } from '../helpers/template.js';

/** A field that edge-vm writes and a template may have: a flag or file wins over the template, the template over a default. */
interface Row {
  /** As docs/templates.md has it. */
  field: string;
  /** Puts the value into the template, or takes the field out of it. */
  put: (manifest: Open, value: unknown) => void;
  /** A value that the template says, and what then is in the machine. */
  own: readonly [said: unknown, is: unknown];
  /** `spec.vm` of who asks for another one, and what then is in the machine. */
  asked?: readonly [vm: Open, is: unknown];
  /** Without either. */
  fallback: unknown;
  get: (machine: Open) => unknown;
}

const set = (at: (manifest: Open) => Open, key: string) => (manifest: Open, value: unknown): void => {
  if (value === undefined) delete at(manifest)[key];
  else at(manifest)[key] = value;
};
const vmi = (manifest: Open): Open => manifest['spec'].template.spec as Open;
const domain = (manifest: Open): Open => vmi(manifest)['domain'] as Open;
const root = (manifest: Open): Open => manifest['spec'].dataVolumeTemplates[0].spec as Open;

const rows: Row[] = [
  { field: 'architecture', put: set(vmi, 'architecture'), own: ['arm64', 'arm64'], asked: [{ architecture: 'amd64' }, 'amd64'], fallback: 'amd64', get: (machine) => vmi(machine)['architecture'] },
  { field: 'logSerialConsole', put: set((m) => domain(m)['devices'], 'logSerialConsole'), own: [false, false], asked: [{ consoleLog: true }, true], fallback: true, get: (machine) => domain(machine)['devices'].logSerialConsole },
  { field: 'readinessProbe', put: set(vmi, 'readinessProbe'), own: [{ tcpSocket: { port: 22 } }, 'tcpSocket'], asked: [{ readinessProbe: 'exec' }, 'exec'], fallback: 'exec', get: (machine) => Object.keys(vmi(machine)['readinessProbe'] as Open)[0] },
  { field: 'cpu', put: set(domain, 'cpu'), own: [{ cores: 3 }, { cores: 3 }], asked: [{ cpus: 4 }, { sockets: 4 }], fallback: { sockets: 2 }, get: (machine) => domain(machine)['cpu'] },
  { field: 'memory', put: set(domain, 'memory'), own: [{ guest: '5Gi' }, { guest: '5Gi' }], asked: [{ memory: '8Gi' }, { guest: '8Gi' }], fallback: { guest: '2Gi' }, get: (machine) => domain(machine)['memory'] },
  { field: 'runStrategy', put: set((m) => m['spec'], 'runStrategy'), own: ['Manual', 'Manual'], fallback: 'Always', get: (machine) => machine['spec'].runStrategy },
  { field: 'preference', put: set((m) => m['spec'], 'preference'), own: [{ name: 'mine' }, 'mine'], asked: [{ preference: { name: 'ubuntu' } }, 'ubuntu'], fallback: undefined, get: (machine) => machine['spec'].preference?.name },
  { field: 'storage size', put: (m, value) => set(root, 'storage')(m, { ...root(m)['storage'], resources: value === undefined ? {} : { requests: { storage: value } } }), own: ['50Gi', '50Gi'], asked: [{ disk: { size: '60Gi' } }, '60Gi'], fallback: '20Gi', get: (machine) => root(machine)['storage'].resources.requests.storage },
  { field: 'storageClassName', put: set((m) => root(m)['storage'], 'storageClassName'), own: ['slow', 'slow'], asked: [{ disk: { storageClass: 'fast' } }, 'fast'], fallback: undefined, get: (machine) => root(machine)['storage'].storageClassName },
  { field: 'accessModes', put: set((m) => root(m)['storage'], 'accessModes'), own: [['ReadWriteMany'], ['ReadWriteMany']], asked: [{ disk: { accessModes: ['ReadWriteOnce'] } }, ['ReadWriteOnce']], fallback: undefined, get: (machine) => root(machine)['storage'].accessModes },
  { field: 'nodeSelector', put: set(vmi, 'nodeSelector'), own: [{ zone: 'b' }, 'b'], asked: [{ nodeSelector: { zone: 'c' } }, 'c'], fallback: undefined, get: (machine) => vmi(machine)['nodeSelector']?.zone },
  { field: 'source', put: (m, value) => set(root, 'source')(m, { registry: { url: value ?? 'docker://quay.io/containerdisks/debian:12' } }), own: ['docker://a/b', 'docker://a/b'], asked: [{ image: 'docker://c/d' }, 'docker://c/d'], fallback: 'docker://quay.io/containerdisks/debian:12', get: (machine) => root(machine)['source'].registry.url },
  { field: 'macAddress', put: set((m) => domain(m)['devices'].interfaces[0], 'macAddress'), own: ['02:00:00:00:00:09', true], fallback: false, get: (machine) => domain(machine)['devices'].interfaces[0].macAddress === '02:00:00:00:00:09' },
];

describe('what wins in a VirtualMachine', () => {
  it('is a flag or file before the template, and the template before a default, in any mixture', () => {
    const choice = fc.record({ said: fc.boolean(), asked: fc.boolean() });
    fc.assert(fc.property(fc.tuple(...rows.map(() => choice)), (choices) => {
      const template = changedTemplate((manifest) => rows.forEach(({ put, own }, i) => put(manifest, choices[i]!.said ? own[0] : undefined)));
      const parts = rows.flatMap(({ asked }, i) => (choices[i]!.asked && asked !== undefined ? [asked[0]] : []));
      const disk = Object.assign({}, ...parts.map((part) => part['disk'] as Open | undefined)) as Open;
      const vm = { ...Object.assign({}, ...parts) as Open, ...(Object.keys(disk).length === 0 ? {} : { disk }) };
      const { machine } = renderWith(template, { vm });
      for (const [i, { field, own, asked, fallback, get }] of rows.entries()) {
        const wanted = choices[i]!.asked && asked !== undefined ? asked[1] : choices[i]!.said ? own[1] : fallback;
        assert.deepEqual(get(machine), wanted, field);
      }
    }), { numRuns: propertyRuns(60) });
  });

  it('stands in the documentation, row by row', () => {
    const told = [...read('docs/templates.md').matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
    assert.deepEqual(rows.map(({ field }) => field).filter((field) => !told.some((path) => path.split(/[., ]/).includes(field.split(' ')[0]!))), []);
  });
});

describe('fields that say the same', () => {
  it('as CPUs and memory change with them: requests, limits, upper bounds', () => {
    const template = changedTemplate((manifest) => {
      domain(manifest)['cpu'] = { cores: 2, threads: 2, maxSockets: 2, dedicatedCpuPlacement: true };
      domain(manifest)['memory'] = { guest: '1Gi', maxGuest: '2Gi', hugepages: { pageSize: '2Mi' } };
      domain(manifest)['resources'] = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: 2, memory: '3Gi' }, overcommitGuestOverhead: true };
    });
    const { machine } = renderWith(template, { vm: { cpus: 4, memory: '8Gi' } });
    assert.deepEqual(domain(machine)['cpu'], { sockets: 4, maxSockets: 4, dedicatedCpuPlacement: true });
    assert.deepEqual(domain(machine)['memory'], { guest: '8Gi', maxGuest: '8Gi', hugepages: { pageSize: '2Mi' } });
    assert.deepEqual(domain(machine)['resources'], { requests: { cpu: '4', memory: '8Gi' }, limits: { cpu: '4', memory: '8Gi' }, overcommitGuestOverhead: true });
    const untouched = renderWith(template).machine;
    assert.deepEqual(domain(untouched)['resources'], { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: 2, memory: '3Gi' }, overcommitGuestOverhead: true });
  });

  it('keep an upper bound that is higher, and need no resources', () => {
    const template = changedTemplate((manifest) => {
      domain(manifest)['cpu'] = { sockets: 2, maxSockets: 16 };
      domain(manifest)['memory'] = { guest: '1Gi', maxGuest: '32Gi' };
    });
    const { machine } = renderWith(template, { vm: { cpus: 4, memory: '8Gi' } });
    assert.deepEqual([domain(machine)['cpu'].maxSockets, domain(machine)['memory'].maxGuest, domain(machine)['resources']], [16, '32Gi', undefined]);
  });

  it('are not asked for beside an instancetype of the template', () => {
    const template = changedTemplate((manifest) => { manifest['spec'].instancetype = { name: 'u1.small', revisionName: 'old-gw-u1.small-1' }; });
    assert.deepEqual(renderWith(template).machine['spec'].instancetype, { name: 'u1.small' });
    assert.throws(() => renderWith(template, { vm: { cpus: 4 } }), /spec\.vm\.cpus: cannot be set: the template's instancetype decides it/);
  });

  it('as the architecture change with it', () => {
    const template = changedTemplate((manifest) => {
      vmi(manifest)['architecture'] = 'amd64';
      vmi(manifest)['nodeSelector'] = { 'kubernetes.io/arch': 'amd64', zone: 'b' };
      root(manifest)['source'].registry.platform = { architecture: 'amd64' };
    });
    const { machine } = renderWith(template, { vm: { architecture: 'arm64' } });
    assert.deepEqual(vmi(machine)['nodeSelector'], { 'kubernetes.io/arch': 'arm64', zone: 'b' });
    assert.deepEqual(root(machine)['source'].registry.platform, { architecture: 'arm64' });
    assert.throws(() => renderWith(changedTemplate((manifest) => { vmi(manifest)['architecture'] = 's390x'; })), /architecture must be one of amd64, arm64/);
  });

  it('as the console log: a machine without a serial console, unless the log is asked for', () => {
    const template = changedTemplate((manifest) => {
      domain(manifest)['devices'].autoattachSerialConsole = false;
      delete domain(manifest)['devices'].logSerialConsole;
    });
    const devices = (rendered: Open): Open => domain(rendered)['devices'] as Open;
    const { machine, warnings } = renderWith(template);
    assert.deepEqual([devices(machine)['logSerialConsole'], devices(machine)['autoattachSerialConsole']], [false, false]);
    assert.ok(warnings.some((warning) => warning.startsWith('spec.vm.consoleLog: ')));
    const asked = renderWith(template, { vm: { consoleLog: true } }).machine;
    assert.deepEqual([devices(asked)['logSerialConsole'], devices(asked)['autoattachSerialConsole']], [true, undefined]);
  });

  it('as the size of the disk: its limit', () => {
    const template = changedTemplate((manifest) => { root(manifest)['storage'].resources.limits = { storage: '20Gi' }; });
    assert.deepEqual(root(renderWith(template, { vm: { disk: { size: '60Gi' } } }).machine)['storage'].resources, { requests: { storage: '60Gi' }, limits: { storage: '60Gi' } });
  });
});
