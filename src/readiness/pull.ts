import type { EdgeAgentTwin } from '../hub/types.js';
import { record, textAt } from '../support/plain.js';
import { words } from './reading.js';

/** The edge agent pulls again and again, so a slow registry, or one that is away for a moment, is no failure yet. */
export const pullGraceMs = 180_000;

/** Words of an engine that the next attempt only repeats: there is no such image or registry, or the device may not read it. */
const definite = /StatusCode: ?40[0134]|manifest unknown|unknown manifest|not found|does not exist|no matching manifest|invalid reference|unauthorized|denied|forbidden|no such host|no basic auth credentials/i;

/** The edge agent reports 500 also while it pulls images. */
export function isPull({ reported: { lastDesiredStatus } }: EdgeAgentTwin): boolean {
  return lastDesiredStatus?.code === 500 && /pull/i.test(lastDesiredStatus.description ?? '');
}

/**
 * From when on a pull that does not succeed is a failure, in milliseconds since the epoch: at once if its words say that another attempt
 * cannot help, else after some minutes of the hub's time. `Infinity` if the hub has no time.
 */
export function pullFailsAt({ reported }: EdgeAgentTwin): number {
  if (definite.test(reported.lastDesiredStatus?.description ?? '')) return Number.NEGATIVE_INFINITY;
  const times = [['lastDesiredVersion'], ['lastDesiredStatus', 'code'], []].map((path) => Date.parse(textAt(reported, '$metadata', ...path, '$lastUpdated') ?? ''));
  const [version, code, any] = times as [number, number, number];
  // The version was reported, and then its code; a version that ran may fail later.
  const told = Math.max(version, code);
  const since = Number.isNaN(told) ? any : told;
  return Number.isNaN(since) ? Number.POSITIVE_INFINITY : since + pullGraceMs;
}

/** What cannot be pulled, in the edge agent's words, and what to do. */
export function pullInWords(twin: EdgeAgentTwin): string {
  const said = words(twin.reported.lastDesiredStatus?.description);
  const modules = modulesIn(said, twin);
  const what = modules.length === 0 ? 'an image' : modules.map(({ name, image }) => `image ${image} of module ${name}`).join(', ');
  return `the device cannot pull ${what} (500: ${said}): check the image’s name, registryCredentials of the deployment, and the way from the device to the registry`;
}

/** The modules that the words name by their image or, if those name none, by their name. */
function modulesIn(said: string, { desired }: EdgeAgentTwin): { name: string; image: string }[] {
  const all = (['systemModules', 'modules'] as const).flatMap((group) => Object.entries(record(desired[group]) ?? {}).map(([name, module]) => ({ name: words(name, 60), image: words(textAt(module, 'settings', 'image'), 200) })));
  const names = (text: string): boolean => text !== '' && new RegExp(`(?:^|[\\s"'(])${text.replaceAll(/[^\w]/g, '\\$&')}(?:$|[\\s"',;):]|\\.(?:\\s|$))`).test(said);
  const byBoth = all.filter(({ name, image }) => names(image) && names(name));
  const byImage = byBoth.length > 0 ? byBoth : all.filter(({ image }) => names(image));
  return byImage.length > 0 ? byImage : all.filter(({ name, image }) => image !== '' && names(name));
}
