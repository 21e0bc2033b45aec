import { MAX_NAME_LENGTH, RESERVED_NAMES, isDeviceName } from '../names.js';
import { annotationKey, anyText, labelKey, labelValue, namespaceName } from './formats.js';
import { map, object, text } from './node.js';

/** Keys that edge-vm writes; a person's own value would break finding and deleting the device's objects. */
const ours = '^(edge-vm\\.io/.*|app\\.kubernetes\\.io/(name|instance|managed-by))$';

export const metadata = object({
  help: 'Name and labels',
  always: true, required: true, change: 'at-once',
  fields: {
    name: text({
      help: 'Name of all objects and of the guest',
      detail: '`[a-z]([-a-z0-9]*[a-z0-9])?`, at most 52 characters. If a device id is not such a name, its name is a readable part and a hash ([ADR 6](adr/0006-names-and-hashes.md)).',
      expect: `must be a name of at most ${MAX_NAME_LENGTH} lower-case letters, digits and "-" that begins with a letter, ends with no "-" and is none of ${[...RESERVED_NAMES].join(', ')}`,
      pattern: `^(?!(${[...RESERVED_NAMES].join('|')})$)[a-z]([-a-z0-9]*[a-z0-9])?$`, maxLength: MAX_NAME_LENGTH, test: isDeviceName,
      required: true, defaultText: 'the device id, as a name', change: 'never', example: { value: 'gw-01' },
    }),
    namespace: text({ help: 'Namespace of all objects', detail: '`-n` wins over it.', ...namespaceName, defaultText: "the kubeconfig's current one", change: 'never', example: { value: 'edge' } }),
    labels: map({
      help: 'Labels of every object', detail: "edge-vm adds [labels of its own](annotations.md).", keys: labelKey, values: labelValue, reserved: ours, change: 'restart',
      flag: { flags: '--label <key=value>', group: 'Machine, more' }, example: { value: { site: 'north', line: '3' } },
    }),
    annotations: map({
      help: 'Annotations of the VirtualMachine and the Service', keys: annotationKey, values: anyText, reserved: ours,
      flag: { flags: '--annotation <key=value>', group: 'Machine, more', syntax: 'entries' }, example: { value: { 'example.com/owner': 'jane' } },
    }),
  },
});
