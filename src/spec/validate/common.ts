import type { Check } from './engine.js';
import { object, mapOf, text, required, wrong } from './engine.js';
import { isMapping } from '../../support/plain.js';
import { isDnsSubdomain, isLabelValue, isQualifiedName } from '../formats/names.js';
import { parseQuantity, isEnvName } from '../formats/text.js';
import { readCertificates } from '../formats/pem.js';

/** Name of a Kubernetes object. */
export const objectName = text({ expect: 'must be a Kubernetes name: lower-case letters, digits, "-" and ".", at most 253 characters', test: isDnsSubdomain });

export const labels = mapOf(
  { expect: 'must be a label key: letters, digits, "-", "_", ".", at most 63 characters, with an optional DNS prefix and "/"', test: isQualifiedName },
  text({ expect: 'must be a label value: empty or letters, digits, "-", "_", ".", at most 63 characters', test: isLabelValue }),
);

export const annotations = mapOf(
  { expect: 'must be an annotation key: letters, digits, "-", "_", ".", at most 63 characters, with an optional DNS prefix and "/"', test: isQualifiedName },
  text({ expect: 'must be text', lines: true }),
);

/** A quantity between two bounds, both written as quantities. */
export function quantity(example: string, least: string, most: string): Check {
  const [low, high] = [parseQuantity(least)!, parseQuantity(most)!];
  return text({
    expect: `must be a quantity such as ${example}, from ${least} to ${most}`,
    test: (value) => {
      const bytes = parseQuantity(value);
      return bytes !== undefined && bytes >= low && bytes <= high;
    },
  });
}

const path = text({ expect: 'must be a path, or "-" for standard input', test: (value) => value !== '' && !value.includes('-----BEGIN'), secret: true });

const sourceFields = object({
  file: path,
  env: text({ expect: 'must be the name of an environment variable', test: isEnvName, secret: true }),
  secretRef: object({
    name: required(objectName),
    key: text({ expect: 'must be a key of a Secret: letters, digits, "-", "_", "."', test: (value) => /^[-._A-Za-z0-9]{1,253}$/.test(value) }),
  }),
});

/** A `SecretSource`: exactly one of its keys. Nothing below it is ever shown, since people put the secret itself there. */
export const secretSource: Check = (value, field, report) => {
  if (!isMapping(value)) {
    report({ field, message: 'must say where the secret is: one of {file}, {env}, {secretRef}; the secret itself does not belong here' });
    return;
  }
  sourceFields(value, field, ({ got: _hidden, ...problem }) => report(problem));
  const ways = ['file', 'env', 'secretRef'].filter((key) => value[key] !== undefined);
  if (ways.length !== 1) report({ field, message: `must have exactly one of file, env, secretRef; it has ${ways.length === 0 ? 'none' : ways.join(' and ')}` });
};

/** PEM certificates by their text. The values are long, so none is shown. */
export const certificates: Check = (value, field, report) => {
  if (typeof value !== 'string') {
    report(wrong(field, 'must be PEM certificates, or the path of a file with them', typeof value === 'object' ? undefined : value));
    return;
  }
  const result = readCertificates(value);
  if ('wrong' in result) report({ field, message: result.wrong });
};
