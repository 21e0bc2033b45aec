import assert from 'node:assert/strict';
import { parseSelector, selects, SelectorError } from '../../../src/cluster/label-selector.js';

describe('cluster/label-selector', () => {
  const labels = { site: 'north', line: '3', 'example.com/tier': 'a' };
  const cases: [selector: string, selected: boolean][] = [
    ['site=north', true], ['site==north', true], ['site = south', false], ['site!=south', true], ['gone!=x', true], ['site!=north', false],
    ['site in (north, south)', true], ['site in (south)', false], ['site notin (south,east)', true], ['site notin(north)', false], ['gone notin (x)', true],
    ['line', true], ['gone', false], ['!gone', true], ['! line', false], ['example.com/tier=a', true],
    ['site=north,line in (1, 3),!gone', true], ['site=north,line in (1, 2)', false], ['site=', false],
  ];
  for (const [text, selected] of cases) {
    it(`${text} ${selected ? 'selects' : 'does not select'} the object`, () => assert.equal(selects(parseSelector(text), labels), selected));
  }

  it('an object without labels has none', () => {
    assert.equal(selects(parseSelector('!site'), undefined), true);
    assert.equal(selects(parseSelector('site'), undefined), false);
  });

  for (const text of ['', ' ', 'a,,b', 'a in (b', 'a in b)', 'a in ((b))', 'a=b c', '=b', 'a b', '!a=b', `a=${'x'.repeat(64)}`, '-a=b', 'Example.com/a/b=c', 'a>1']) {
    it(`refuses ${JSON.stringify(text)} with what is accepted`, () => assert.throws(() => parseSelector(text), (error) => error instanceof SelectorError && /^(must|has|needs) /.test(error.message)));
  }
});
