import type { Check } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { wrong } from './engine.js';
import { parseYaml } from '../../support/yaml.js';

/** `spec.vm.templateFile` once loaded: the text of one VirtualMachine manifest. */
export const manifest: Check = (value, field, report) => {
  if (typeof value !== 'string') {
    report(wrong(field, 'must be the path of a VirtualMachine manifest', value));
    return;
  }
  const parsed = parseYaml(value, field);
  if ('problem' in parsed) {
    report(parsed.problem);
    return;
  }
  const [first] = parsed.documents;
  const isVm = parsed.documents.length === 1 && isMapping(first) && first['kind'] === 'VirtualMachine' && first['apiVersion'] === 'kubevirt.io/v1';
  if (!isVm) report({ field, message: 'must be one VirtualMachine manifest of kubevirt.io/v1' });
};
