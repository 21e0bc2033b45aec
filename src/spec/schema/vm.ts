import { TEMPLATES } from '../guest-systems.js';
import { isMapping } from '../../support/plain.js';
import { parseYaml } from '../../support/yaml.js';
import { imageSource, labelKey, labelValue, objectName, quantity, taintKey, taintValue } from './formats.js';
import { boolean, CANNOT_CHANGE, choice, integer, list, map, object, text, type Around, type CelRule, type FlagFacts, type Rule } from './node.js';

/** Sizes of a machine if neither the person nor their template gives others. */
export const DEFAULT_CPUS = 2;
export const DEFAULT_MEMORY = '2Gi';
export const DEFAULT_DISK_SIZE = '20Gi';

/** Architectures of guests; the first is the default. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;

/** The person's own manifest has its sizes; an instancetype decides them. */
const ownManifest = (vm: Readonly<Record<string, unknown>> | undefined): boolean => vm?.['templateFile'] !== undefined;
const sizesDecided = ([vm]: Around): boolean => ownManifest(vm) || vm?.['instancetype'] !== undefined;

/** The verdict on the last text: the devices of a fleet mostly have one manifest. */
let lastManifest: { value: string; problem: string | undefined } | undefined;

/** Checks the text of one VirtualMachine manifest. */
function judgeManifest(value: string): string | undefined {
  if (lastManifest?.value !== value) lastManifest = { value, problem: problemOfManifest(value) };
  return lastManifest.problem;
}

function problemOfManifest(value: string): string | undefined {
  const parsed = parseYaml(value, '', 'kubernetes');
  if ('problem' in parsed) return parsed.problem.message;
  const [first] = parsed.documents;
  const isVm = parsed.documents.length === 1 && isMapping(first) && first['kind'] === 'VirtualMachine' && first['apiVersion'] === 'kubevirt.io/v1';
  return isVm ? undefined : 'must be one VirtualMachine manifest of kubevirt.io/v1';
}

/** The taint rules of Kubernetes: core/v1 Toleration. */
const tolerationRule: Rule = ({ key, operator, value, effect, tolerationSeconds }, report) => {
  if ((key === undefined || key === '') && operator !== 'Exists') report('operator', 'must be Exists where key is absent', operator, 'conflict');
  if (operator === 'Exists' && value !== undefined && value !== '') report('value', 'must be absent with operator Exists', value, 'conflict');
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') report('effect', 'must be NoExecute with tolerationSeconds', effect, 'conflict');
};
const tolerationCel: readonly CelRule[] = [
  { rule: "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')", message: 'must be Exists where key is absent', fieldPath: '.operator' },
  { rule: "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''", message: 'must be absent with operator Exists', fieldPath: '.value' },
  { rule: "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')", message: 'must be NoExecute with tolerationSeconds', fieldPath: '.effect' },
];
const tolerationSchema = {
  allOf: [
    { if: { properties: { operator: { const: 'Exists' } }, required: ['operator'] }, then: { properties: { value: { const: '' } } }, else: { required: ['key'], properties: { key: { minLength: 1 } } } },
    { if: { required: ['tolerationSeconds'] }, then: { required: ['effect'], properties: { effect: { const: 'NoExecute' } } } },
  ],
};

/** In a change: both values, `''` where the person's own manifest decides an absent one. */
const sameUnlessOwn = (field: string, given: (vm: string) => string, absent: string, fieldPath: string): CelRule => {
  const valueOf = (vm: string): string => `(${given(vm)} ? ${vm}.${field} : has(${vm}.templateFile) ? '' : '${absent}')`;
  return { rule: `${valueOf('self')} == '' || ${valueOf('oldSelf')} == '' || ${valueOf('self')} == ${valueOf('oldSelf')}`, message: CANNOT_CHANGE, fieldPath };
};

/** Sizes come from one place: here, a manifest, or an instancetype. */
const sizes: Rule = (vm, report) => {
  for (const key of ['cpus', 'memory']) {
    const given = vm[key] !== undefined;
    if (vm['instancetype'] !== undefined && given) report(key, 'must be absent with instancetype, which decides it', vm[key], 'conflict');
    if (!sizesDecided([vm]) && !given) report(key, 'is missing', undefined, 'missing');
  }
  if (!ownManifest(vm) && isMapping(vm['disk']) && vm['disk']['size'] === undefined) report('disk.size', 'is missing', undefined, 'missing');
};

const storageClass = (of: string, flag: FlagFacts) => text({ help: `Storage class of the ${of}`, ...objectName, defaultText: "the cluster's default", flag, example: { value: 'managed-csi' } });

/** If it is absent, CDI takes it from the StorageProfile of the class; many classes have no profile with it. */
const claimFields = (of: string, prefix: string) => ({
  accessModes: list({
    help: `Access modes of the ${of}`, detail: "Needed if the StorageProfile of the storage class has none.", least: 1, most: 4, unique: true, defaultText: "the StorageProfile's", change: 'never' as const,
    of: choice({ help: 'Access mode', values: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany', 'ReadWriteOncePod'], name: 'AccessMode' }),
    flag: { flags: `--${prefix}access-mode <mode>`, group: 'Machine, more' }, example: { value: ['ReadWriteOnce'] },
  }),
  volumeMode: choice({
    help: `Volume mode of the ${of}, a file system or a block device`, values: ['Filesystem', 'Block'], name: 'VolumeMode', defaultText: "the StorageProfile's", change: 'never' as const,
    flag: { flags: `--${prefix}volume-mode <mode>`, group: 'Machine, more' }, example: { value: 'Filesystem' },
  }),
});

/** As in virtctl: a name alone means the cluster-wide kind. */
function byResource(what: string, kind: string, flag: FlagFacts, example: { value: string; off?: boolean }) {
  return object({
    help: what, whole: true, change: 'restart', flag,
    fields: {
      name: text({ help: 'Name of the object', ...objectName, required: true, example: { value: example.value } }),
      kind: choice({ help: 'Kind of the object', values: [`VirtualMachineCluster${kind}`, `VirtualMachine${kind}`], defaultText: `VirtualMachineCluster${kind}`, example: { value: `VirtualMachineCluster${kind}` } }),
    },
    ...(example.off === true ? { example: { value: undefined, off: true } } : {}),
  });
}

/** `spec.vm`. */
export const vm = object({
  help: 'The virtual machine',
  always: true, required: true, change: 'restart', name: 'VmSpec',
  rules: [sizes],
  cel: [
    ...['cpus', 'memory'].map((field) => ({ rule: `!has(self.instancetype) || !has(self.${field})`, message: 'must be absent with instancetype, which decides it', fieldPath: `.${field}` })),
    sameUnlessOwn('architecture', (vm) => `has(${vm}.architecture)`, ARCHITECTURES[0], '.architecture'),
    sameUnlessOwn('disk.size', (vm) => `has(${vm}.disk) && has(${vm}.disk.size)`, DEFAULT_DISK_SIZE, '.disk.size'),
  ],
  schema: { if: { required: ['instancetype'] }, then: { properties: { cpus: false, memory: false } } },
  fields: {
    template: choice({
      help: 'Guest system: image, package sources and manifest', detail: '[vm-templates/](../vm-templates/) has the manifests.', values: TEMPLATES, name: 'TemplateName',
      required: true, default: TEMPLATES[0], change: 'never', flag: { flags: '--template <name>', group: 'Machine' }, example: { value: TEMPLATES[0] },
    }),
    templateFile: text({
      help: 'Your own VirtualMachine manifest as the template',
      detail: 'edge-vm keeps fields that it does not know. The manifest needs a volume and a disk `rootdisk` (a DataVolume or a claim), and one volume of type `cloudInitNoCloud`. `template` still names the distribution.',
      expect: 'must be the path of a VirtualMachine manifest', minLength: 1, judge: judgeManifest, lines: true, secret: true, file: { kind: 'or-text' },
      inline: { expect: 'must be the text of a VirtualMachine manifest, not a path', pattern: `kind["']?[ \\t]*:[ \\t]*["']?VirtualMachine` },
      flag: { flags: '--template-file <file>', group: 'Machine, more' }, example: { value: '../../vm-templates/ubuntu-24.04.yaml', off: true },
    }),
    architecture: choice({ help: 'CPU architecture of the guest', detail: 'Without a value here, the value of the `templateFile` stands.', values: ARCHITECTURES, name: 'Architecture', default: 'amd64', defaultUnless: ([parent]) => ownManifest(parent), change: 'never', changeRule: 'around', flag: { flags: '--arch <arch>', group: 'Machine' }, example: { value: 'amd64' } }),
    cpus: integer({
      help: 'Whole vCPUs', detail: "Not with an instancetype. Without a value here, the value of the `templateFile` stands.", least: 1, most: 256,
      default: DEFAULT_CPUS, defaultUnless: sizesDecided, flag: { flags: '--cpus <n>', group: 'Machine' }, example: { value: 4 },
    }),
    memory: text({
      help: 'Memory, from 512Mi to 4Ti', detail: "Not with an instancetype. Without a value here, the value of the `templateFile` stands.", ...quantity('2Gi', '512Mi', '4Ti'),
      default: DEFAULT_MEMORY, defaultUnless: sizesDecided, flag: { flags: '--memory <size>', group: 'Machine' }, example: { value: '8Gi' },
    }),
    instancetype: byResource('KubeVirt instancetype, in place of cpus and memory', 'Instancetype', { flags: '--instancetype <name>', group: 'Machine, more', syntax: 'resource' }, { value: 'u1.large', off: true }),
    preference: byResource('KubeVirt preference', 'Preference', { flags: '--preference <name>', group: 'Machine, more', syntax: 'resource' }, { value: 'ubuntu' }),
    image: text({
      help: 'Source of the root disk: docker://IMAGE, https://URL or pvc:[NAMESPACE/]NAME', detail: '`pvc:` clones a claim. Put no user, password or signature into it: many people can read the VirtualMachine. For many devices, use an image with a digest.',
      ...imageSource, secret: true, change: 'never', defaultText: "the template's", flag: { flags: '--image <source>', group: 'Machine, more' }, example: { value: 'docker://quay.io/containerdisks/ubuntu:24.04' },
    }),
    disk: object({
      help: 'Root disk', detail: 'It survives restarts.', always: true, required: true, change: 'never',
      fields: {
        size: text({
          help: 'Size of the root disk, from 4Gi to 64Ti', detail: "Without a value here, the size in the `templateFile` stands. edge-vm warns below 8Gi if there is no data disk.", ...quantity('20Gi', '4Gi', '64Ti'),
          changeRule: 'around', default: DEFAULT_DISK_SIZE, defaultUnless: ([, parent]) => ownManifest(parent), flag: { flags: '--disk-size <size>', group: 'Machine' }, example: { value: '40Gi' },
        }),
        storageClass: storageClass('root disk', { flags: '--storage-class <name>', group: 'Machine' }),
        ...claimFields('root disk', ''),
      },
    }),
    dataDisk: object({
      help: 'A second, empty disk for the state of engine and runtime', change: 'first-boot', name: 'DiskSpec',
      fields: {
        size: text({ help: 'Size of the data disk, from 1Gi to 64Ti', ...quantity('20Gi', '1Gi', '64Ti'), required: true, change: 'never', flag: { flags: '--data-disk-size <size>', group: 'Machine, more', help: 'Second disk for the state of engine and runtime' }, example: { value: '100Gi' } }),
        storageClass: { ...storageClass('data disk', { flags: '--data-disk-storage-class <name>', group: 'Machine, more' }), change: 'never' },
        ...claimFields('data disk', 'data-disk-'),
      },
    }),
    nodeSelector: map({ help: 'Labels of the nodes that the VM may run on', detail: "They are added to those of the template.", keys: labelKey, values: labelValue, whole: true, flag: { flags: '--node-selector <key=value>', group: 'Machine, more' }, example: { value: { 'node-pool': 'edge' } } }),
    tolerations: list({
      help: 'Taints that the VM tolerates', detail: "They are added to those of the template.", most: 100, flag: { flags: '--toleration <taint>', group: 'Machine, more', syntax: 'toleration', help: 'Taint that the VM tolerates: key[=value][:effect[:seconds]]' },
      of: object({
        help: 'One toleration', name: 'Toleration', rules: [tolerationRule], cel: tolerationCel, schema: tolerationSchema,
        fields: {
          key: text({ help: 'Key of the taint', detail: 'Without a key, and with operator `Exists`: every taint.', ...taintKey, example: { value: 'edge-only' } }),
          operator: choice({ help: 'How the value is compared', values: ['Exists', 'Equal'], defaultText: 'Equal', example: { value: 'Equal' } }),
          value: text({ help: 'Value of the taint', detail: 'Not with `Exists`.', ...taintValue, example: { value: 'yes' } }),
          effect: choice({ help: 'Effect of the taint', values: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], defaultText: 'all effects', example: { value: 'NoExecute' } }),
          tolerationSeconds: integer({ help: 'Seconds that the VM stays on a node with such a taint', detail: 'With `NoExecute` only.', least: 0, most: 2 ** 31 - 1, defaultText: 'for ever', example: { value: 3600 } }),
        },
      }),
    }),
    consoleLog: boolean({
      help: 'Copy the serial console into a log of the launcher pod', detail: "Without it, edge-vm knows the stages `booted` to `configured` only from the readiness probe, or because a higher stage implies them. Without a value here, the value of the `templateFile` stands.",
      default: true, defaultUnless: ([parent]) => ownManifest(parent), flag: { flags: '--no-console-log', group: 'Machine, more', help: 'Do not log the serial console' }, example: { value: true },
    }),
    readinessProbe: choice({
      help: 'Readiness probe of the VM, which decides on its condition Ready', detail: '`exec`: a script in the guest checks engine, daemon and edgeAgent. `guest-agent`: only the QEMU guest agent must answer (for guests that forbid `guest-exec`). `none`: no probe. Without a value here, the probe of the `templateFile` stands.',
      values: ['exec', 'guest-agent', 'none'], default: 'exec', defaultUnless: ([parent]) => ownManifest(parent), flag: { flags: '--readiness-probe <kind>', group: 'Machine, more' }, example: { value: 'exec' },
    }),
  },
});
