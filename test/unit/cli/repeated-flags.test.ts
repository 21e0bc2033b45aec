import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FlagOption } from '../../../src/cli/flags/group.js';
import { propertyRuns } from '../../helpers/property-runs.js';
import { leafOf, leafPaths } from './helpers/leaves.js';

interface Subject {
  path: string[];
  /** The names under which the command line may give it. */
  names: string[];
  repeat: boolean;
  /** Two that differ. */
  values: [string, string];
}

/** Every flag with a value, of every command. */
async function subjects(): Promise<Subject[]> {
  const found: Subject[] = [];
  for (const path of await leafPaths()) {
    for (const option of (await leafOf(path)).options) {
      if (!option.required && !option.optional) continue;
      const [one = 'one', two = 'two'] = option.argChoices ?? [];
      const names = [option.long!, ...(option.short === undefined ? [] : [option.short])];
      found.push({ path, names, repeat: option instanceof FlagOption && option.repeat, values: [one, two] });
    }
  }
  return found;
}

/** The problems of a command line with these flags, as words. */
async function problemsOf({ path }: Subject, words: readonly string[]): Promise<string[]> {
  const leaf = await leafOf(path);
  leaf.parseOptions([...words]);
  return leaf.problems.map(({ field, message }) => `${field}: ${message}`);
}

describe('cli: a flag that is given twice', () => {
  let all: Subject[];
  before(async () => {
    all = await subjects();
    assert.ok(all.length > 200, String(all.length));
  });

  it('with two values is refused, unless it collects values; every flag of every command', async () => {
    for (const subject of all) {
      const { names: [long], values: [one, two], repeat, path } = subject;
      const problems = await problemsOf(subject, [`${long}=${one}`, `${long}=${two}`]);
      assert.deepEqual(problems, repeat ? [] : [`${long}: is given several times, with different values; it takes one`], `${path.join(' ')} ${long}`);
    }
  });

  it('is one problem, however it is written, and no problem if the values are the same', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.array(fc.tuple(fc.nat(1), fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 5 }), async (index, given) => {
      const subject = all[index % all.length]!;
      const { names, values, repeat } = subject;
      const words = given.flatMap(([which, short, joined]) => {
        const name = names[short ? names.length - 1 : 0]!;
        return joined && name.startsWith('--') ? [`${name}=${values[which]}`] : [name, values[which]!];
      });
      const differ = new Set(given.map(([which]) => which)).size > 1;
      const problems = await problemsOf(subject, words);
      assert.equal(problems.length, differ && !repeat ? 1 : 0, `${subject.path.join(' ')} ${words.join(' ')}: ${problems.join('; ')}`);
    }), { numRuns: propertyRuns(150) });
  });
});
