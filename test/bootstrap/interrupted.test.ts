import assert from 'node:assert/strict';
import { assertCode, callLine, Scene, together, type Fault, type Run } from './scene.js';

/** A scene of its own for one case; the message of a failure names the call. */
async function inScene(look: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await new Scene().open();
  try {
    await look(scene);
  } finally {
    await scene.close();
  }
}

// The names are fixed, so that the calls of all runs are the same.
const ARGS = ['--yes', '--hub', 'hub-of-the-test'];
const first = (scene: Scene): void => void scene.cloud.unregistered.add('Microsoft.Compute').add('Microsoft.Devices');

/** The calls of a run that nothing disturbs, and what it makes. */
async function undisturbed(): Promise<{ lines: string[]; programs: string[]; summary: unknown; devices: unknown }> {
  let result: { lines: string[]; programs: string[]; summary: unknown; devices: unknown } | undefined;
  await inScene(async (scene) => {
    first(scene);
    const run = await scene.run(ARGS);
    assertCode(run, 0);
    result = { lines: run.calls.map((call) => callLine(call, scene)), programs: run.calls.map(({ program }) => program), summary: scene.cloud.summary(), devices: [...scene.devices] };
  });
  assert.ok(result !== undefined);
  return result;
}

/** Numbers of the calls for which the condition holds. */
const numbers = (lines: readonly string[], holds: (line: string) => boolean): number[] => lines.flatMap((line, at) => (holds(line) ? [at] : []));

describe('aks-bootstrap.sh, disturbed at each call', function () {
  this.timeout(180_000);
  let whole: Awaited<ReturnType<typeof undisturbed>>;
  before(async () => {
    whole = await undisturbed();
  });

  async function disturb(fault: Fault, env: Record<string, string>, look: (scene: Scene, run: Run) => Promise<void> | void): Promise<void> {
    await inScene(async (scene) => {
      first(scene);
      const run = await scene.run(ARGS, { fault, env });
      try {
        await look(scene, run);
      } catch (error) {
        throw new Error(`${fault.kind} at call ${fault.at}: ${whole.lines[fault.at]}`, { cause: error });
      }
    });
  }

  it('converges after a kill before the first call, and after each call', async () => {
    const faults: Fault[] = [{ at: 0, kind: 'kill-before' }, ...whole.lines.map((_, at) => ({ at, kind: 'kill-after' }) as const)];
    await together(faults, 3, (fault) =>
      disturb(fault, {}, async (scene, killed) => {
        assert.equal(killed.code, null, 'the run was killed');
        const again = await scene.run(ARGS);
        assertCode(again, 0);
        assert.deepEqual(scene.cloud.summary(), whole.summary);
        assert.deepEqual([...scene.devices], whole.devices);
      }));
  });

  it('tells the reason and what is left after an error at each call', async () => {
    await together(numbers(whole.lines, (line) => /^(az|kubectl) /.test(line)), 3, (at) =>
      disturb({ at, kind: 'error' }, {}, (_scene, run) => {
        const call = whole.lines[at] ?? '';
        // A look in a wait is tried again. Without the profile of a storage class the script goes on with a note.
        if (/ (aks|iot hub) show | get nodes | get storageprofile /.test(call)) return assertCode(run, 0);
        assert.notEqual(run.code, 0);
        assert.match(run.stderr, /^error: .*unexpected condition/m);
        assert.equal(run.stderr.match(/^error: /gm)?.length, 1, `one message:\n${run.stderr}`);
        if (at > whole.lines.findIndex((line) => line.startsWith('az aks create'))) assert.match(run.stderr, /costs money:\n {2}resource group edge-vm\n {2}AKS cluster edge-vm\n[^]*--destroy/);
        if (at <= whole.lines.findIndex((line) => line.startsWith('az group create'))) assert.doesNotMatch(run.stderr, /costs money/);
      }));
  });

  it('ends with exit code 4 and one message when az or kubectl hangs', async () => {
    await together(numbers(whole.lines, (line) => /^(az|kubectl) /.test(line)), 8, (at) =>
      disturb({ at, kind: 'hang' }, { EDGE_VM_AKS_CALL_TIMEOUT: '4' }, (_scene, run) => {
        const call = whole.lines[at] ?? '';
        if (/ (aks|iot hub) show | get nodes | get storageprofile /.test(call)) return assertCode(run, 0);
        assertCode(run, call.startsWith('kubectl') ? 3 : 4);
        assert.match(run.stderr, /^error: .*gave no answer in 4 seconds/m);
        assert.equal(run.stderr.match(/^error: /gm)?.length, 1, `one message:\n${run.stderr}`);
      }));
  });

  it('says what is left when a person interrupts it', async () => {
    await inScene(async (scene) => {
      const at = whole.lines.findIndex((line) => line.startsWith('az iot hub show'));
      first(scene);
      const running = scene.run(ARGS, { fault: { at, kind: 'hang' } });
      await scene.reached(at);
      scene.signal('SIGINT');
      const run = await running;
      assertCode(run, 130);
      assert.match(run.stderr, /interrupted\nWhat this script has made is still there[^]*AKS cluster edge-vm/);
    });
  });
});
