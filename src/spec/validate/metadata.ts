import type { Check } from './engine.js';
import { at, object, required, text } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { annotations, labels } from './common.js';
import { isDnsLabel } from '../formats/names.js';
import { isDeviceName, MAX_NAME_LENGTH, RESERVED_NAMES } from '../names.js';

const fields = object({
  name: required(text({
    expect: `must be a name of at most ${MAX_NAME_LENGTH} lower-case letters, digits and "-" that begins with a letter, ends with no "-" and is none of ${[...RESERVED_NAMES].join(', ')}`,
    test: isDeviceName,
  })),
  namespace: text({ expect: 'must be a namespace: lower-case letters, digits, "-", at most 63 characters', test: isDnsLabel }),
  labels,
  annotations,
});

/** Keys that edge-vm writes; a person's own value would break finding and deleting the device's objects. */
const ours = /^(?:edge-vm\.io\/|app\.kubernetes\.io\/(?:name|instance|managed-by)$)/;

/** `metadata`. */
export const metadata: Check = (value, field, report) => {
  fields(value, field, report);
  if (!isMapping(value)) return;
  for (const part of ['labels', 'annotations']) {
    const map = value[part];
    if (!isMapping(map)) continue;
    for (const key of Object.keys(map)) {
      if (ours.test(key)) report({ field: at(at(field, part), key), message: 'is set by edge-vm itself; leave it out' });
    }
  }
};
