import { assertGivenBack, takeLabDown } from '../support/given-back.js';

// Runs after all that need the lab.
describe('edge-vm lab down with a real node', () => {
  it('gives the machine back as it was', async () => {
    await takeLabDown();
    await assertGivenBack();
  });
});
