import { pages, read } from '../docs/markdown.js';
import { runPage } from '../docs/run-page.js';
import { planOf } from '../docs/steps.js';
import { together } from './harness/together.js';

const limitMs = 150_000;

describe('command blocks of the documentation', () => {
  const test = together(4);
  // Long pages first: the last one to end decides how long it all takes.
  const runs = pages().map((path) => ({ path, count: planOf(read(path)).steps.filter(({ kind }) => kind === 'run').length })).filter(({ count }) => count > 0);
  for (const { path, count } of runs.sort((one, other) => other.count - one.count)) test(`${path}: ${count} ${count === 1 ? 'block' : 'blocks'}`, () => runPage(path, { limitMs }));
});
