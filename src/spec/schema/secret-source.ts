import { envName, objectName, secretPath } from './formats.js';
import { object, text, type FlagFacts, type ObjectNode } from './node.js';

interface About {
  help: string;
  detail?: string;
  flag?: FlagFacts;
  required?: boolean;
  example: string;
}

/**
 * The place of a secret, given in exactly one way. Nothing below it is ever shown, because people put the secret itself there.
 */
export function secretSource({ example, ...about }: About): ObjectNode {
  return object({
    ...about,
    secret: true, whole: true, name: 'SecretSource',
    expect: 'must say where the secret is: one of {file}, {env}, {secretRef}; the secret itself does not belong here',
    exactlyOne: ['file', 'env', 'secretRef'],
    fields: {
      file: text({ help: 'Path of a file, relative to the folder in which edge-vm runs; "-" is standard input', ...secretPath, example: { value: `${example}.txt`, off: true } }),
      env: text({ help: 'Name of an environment variable', ...envName, example: { value: example.toUpperCase().replaceAll('-', '_') } }),
      secretRef: object({
        help: "A Secret in the device's namespace",
        fields: {
          name: text({ help: 'Name of the Secret', ...objectName, required: true, example: { value: example } }),
          key: text({ help: 'Key in the Secret', expect: 'must be a key of a Secret: letters, digits, "-", "_", "."', pattern: '^[-._A-Za-z0-9]{1,253}$', defaultText: 'the only key', example: { value: 'value' } }),
        },
        example: { value: undefined, off: true },
      }),
    },
  });
}
