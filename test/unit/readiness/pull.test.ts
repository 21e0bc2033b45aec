import assert from 'node:assert/strict';
import { defaultEvaluateOptions } from '../../../src/readiness/verdict.js';
import { pullGraceMs, pullInWords } from '../../../src/readiness/pull.js';
import { deployed } from '../../../src/readiness/stages/deployed.js';
import { allDone, runningGuest, twin } from '../../helpers/observations.js';

const at = '2026-11-21T12:05:00Z';
const late = Date.parse(at) + pullGraceMs;
const modules = { sensor: { settings: { image: 'contoso.azurecr.io/sensor:9' } }, 'sensor-2': { settings: { image: 'contoso.azurecr.io/sensor:90' } }, filter: { settings: { image: 'contoso.azurecr.io/filter:1' } } };
const of = (description: string, code = 500, metadata: object = {}): ReturnType<typeof twin> => {
  const found = twin(code, at, { lastDesiredStatus: { code, description } }, { $version: 1, systemModules: { edgeHub: { settings: { image: 'mcr.microsoft.com/azureiotedge-hub:1.5' } } }, modules });
  return { ...found, reported: { ...found.reported, $metadata: { ...found.reported.$metadata, ...metadata } } };
};
const verdict = (value: ReturnType<typeof twin>, now: number): ReturnType<typeof deployed> => deployed(runningGuest({ stage: 'report', state: 'ok', done: allDone }, { now, hub: { available: true, twin: { value, at: now } } }), { ...defaultEvaluateOptions, reportLastsMs: Number.POSITIVE_INFINITY });

describe('Deployed, with an image that the device cannot pull', () => {
  it('says so after some minutes, by the hub’s time of the report', () => {
    const slow = of('Could not pull image contoso.azurecr.io/sensor:9');
    assert.equal(verdict(slow, late - 1).reason, 'Applying');
    assert.equal(verdict(slow, late).reason, 'ImagePullFailed');
    const told = '2026-11-21T12:06:00Z';
    const later = of('Could not pull image contoso.azurecr.io/sensor:9', 500, { lastDesiredVersion: { $lastUpdated: at }, lastDesiredStatus: { code: { $lastUpdated: told } } });
    assert.equal(verdict(later, late).reason, 'Applying', 'it ran before');
    assert.equal(verdict(later, Date.parse(told) + pullGraceMs).reason, 'ImagePullFailed');
  });

  for (const why of ['StatusCode:404', 'manifest unknown', 'unauthorized: authentication required', 'dial tcp: lookup contoso.azurecr.io: no such host']) {
    it(`says so at once after "${why}"`, () => assert.equal(verdict(of(`Could not pull image contoso.azurecr.io/sensor:9, ${why}`), Date.parse(at)).reason, 'ImagePullFailed'));
  }

  for (const [said, expected] of [
    ['Error calling prepare update for module sensor: Could not pull image contoso.azurecr.io/sensor:9, StatusCode:404', /image contoso\.azurecr\.io\/sensor:9 of module sensor \(/],
    ['Error calling Create module sensor-2: Could not create module sensor-2; caused by: Could not pull image contoso.azurecr.io/sensor:90; caused by: denied', /image contoso\.azurecr\.io\/sensor:90 of module sensor-2 \(/],
    ['registry operation error: pull image "mcr.microsoft.com/azureiotedge-hub:1.5"', /image mcr\.microsoft\.com\/azureiotedge-hub:1\.5 of module edgeHub \(/],
    ['Error calling prepare update for module filter: registry operation error: pull failed', /image contoso\.azurecr\.io\/filter:1 of module filter \(/],
    ['pull access denied', /cannot pull an image \(500: pull access denied\)/],
  ] as const) {
    it(`names module and image of "${said}", and what to do`, () => {
      assert.match(pullInWords(of(said)), expected);
      assert.match(pullInWords(of(said)), /check the image’s name, registryCredentials/);
    });
  }

  it('does not say it of another failure, or of a refusal', () => {
    assert.equal(verdict(of('Error calling start module sensor: no space left'), late).reason, 'ApplyFailed');
    assert.equal(verdict(of('pull', 400), late).reason, 'Refused');
  });
});
