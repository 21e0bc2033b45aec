import assert from 'node:assert/strict';
import { hintOf, causeInWords, wordsOf } from '../../../src/cli/output/advice.js';
import { CAUSES, factsOf, type CauseCode } from '../../../src/support/causes.js';
import type { Advice } from '../../../src/support/advice.js';

const cases: { hint: string; advice: Advice[]; words: string }[] = [
  { hint: 'Ask for less, or add a node.', advice: [{ do: 'set', field: 'spec.vm.cpus' }, { do: 'set', field: 'spec.vm.memory' }], words: 'Ask for less, or add a node (--cpus, --memory).' },
  { hint: 'The device continues by itself; wait again.', advice: [{ do: 'wait', name: 'gw-01', namespace: 'edge', waitFor: 'connected' }], words: 'The device continues by itself; wait again: kubectl edge-vm wait gw-01 -n edge --wait-for connected' },
  { hint: 'Leave the field as it is, or take it over', advice: [{ do: 'use', option: 'takeOwnership' }], words: 'Leave the field as it is, or take it over (--take-ownership)' },
  { hint: 'Choose another name, or delete that one', advice: [{ do: 'delete', name: 'gw-01', namespace: 'it\'s' }], words: `Choose another name, or delete that one: kubectl edge-vm delete gw-01 -n 'it'\\''s'` },
  { hint: 'Nothing to add.', advice: [], words: 'Nothing to add.' },
];

describe('advice in the words of the command line', () => {
  for (const { hint, advice, words } of cases) {
    it(words, () => {
      assert.equal(hintOf({ hint, advice }, 'kubectl edge-vm'), words);
      const cause = causeInWords({ code: 'usage', message: 'm', hint, advice }, 'kubectl edge-vm');
      assert.deepEqual(cause, { code: 'usage', message: 'm', hint: words }, 'a program gets a ready sentence, and no advice beside it');
      assert.deepEqual(causeInWords(cause, 'kubectl edge-vm'), cause);
    });
  }

  it('knows a flag for every field that a cause names', () => {
    for (const code of Object.keys(CAUSES) as CauseCode[]) {
      assert.doesNotMatch(hintOf({ hint: '', advice: factsOf(code).advice ?? [] }, 'edge-vm') ?? '', /spec\./, code);
    }
  });

  it('of many devices, names no flag that only create has', () => {
    const words = (advice: Parameters<typeof wordsOf>[0], many: boolean): string[] => wordsOf(advice, 'edge-vm', undefined, many).flags;
    const advice = [{ do: 'use', option: 'namespacePerDevice' }, { do: 'use', option: 'register' }, { do: 'use', option: 'timeoutMs' }, { do: 'set', field: 'spec.vm.cpus' }] as const;
    assert.deepEqual(words(advice, false), ['--namespace-per-device', '--register', '--timeout', '--cpus']);
    assert.deepEqual(words(advice, true), ['spec.identity.register', '--timeout', 'spec.vm.cpus']);
  });
});
