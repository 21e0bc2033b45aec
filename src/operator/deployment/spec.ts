import type { KubeObject } from '../../cluster/types.js';
import { checkManifest } from '../../deployment/check.js';
import type { ModulesContent } from '../../deployment/types.js';
import { unwrapManifest } from '../../deployment/unwrap.js';
import type { Problem } from '../../support/errors.js';
import { isMapping, listAt, record, textAt } from '../../support/plain.js';
import type { EdgeDeploymentSpec, LabelSelector } from './types.js';

/** Path of the manifest in the object. */
export const MANIFEST = 'spec.modulesContent';

/** An EdgeDeployment as it was read: its spec, and what the check found. */
export interface ReadSpec {
  spec: EdgeDeploymentSpec;
  /** Empty if the spec can be applied. */
  problems: Problem[];
  warnings: Problem[];
}

/** Reads and checks a spec. The API server has checked the schema, but a cluster may have an older one. */
export function readSpec(resource: KubeObject): ReadSpec {
  const { spec = {} } = resource;
  const given = unwrapManifest(spec['modulesContent']);
  const selection = selectionOf(resource);
  const apply = spec['apply'] === 'Automatic' ? 'Automatic' : 'PerDevice';
  const priority = spec['priority'];
  const read: EdgeDeploymentSpec = {
    ...selection, apply,
    modulesContent: (isMapping(given) ? given : {}) as ModulesContent,
    targetCondition: textAt(spec, 'targetCondition') ?? '', priority: typeof priority === 'number' ? priority : 0,
    hub: textAt(spec, 'hub', 'hostname'),
  };
  if (selection.source === 'Hub') return { spec: read, problems: [...(given === undefined ? [] : [both()]), ...deviceProblems(read)], warnings: [] };
  const { problems, warnings } = checkManifest(given, { field: MANIFEST, automatic: apply === 'Automatic' });
  return { spec: read, problems: [...problems, ...(apply === 'Automatic' ? automaticProblems(read) : deviceProblems(read))], warnings };
}

/** Which devices it is about, and who decides. */
export function selectionOf({ spec = {} }: KubeObject): Pick<EdgeDeploymentSpec, 'source' | 'selector' | 'devices'> {
  const selector = record(spec['selector']) as LabelSelector | undefined;
  const devices = spec['devices'] === undefined ? undefined : listAt(spec, 'devices').filter((name) => typeof name === 'string');
  return { source: spec['source'] === 'Hub' ? 'Hub' : 'Git', selector, devices };
}

const both = (): Problem => ({ kind: 'conflict', field: MANIFEST, message: 'must be absent with source: Hub: then the hub decides' });

function automaticProblems({ targetCondition, selector, devices }: EdgeDeploymentSpec): Problem[] {
  const problems: Problem[] = [];
  if (targetCondition.trim() === '') problems.push({ kind: 'missing', field: 'spec.targetCondition', message: `is missing: with apply: Automatic it says which devices of the hub get the deployment, such as tags.site='north'` });
  for (const [field, value] of [['selector', selector], ['devices', devices]] as const) {
    if (value !== undefined) problems.push({ kind: 'conflict', field: `spec.${field}`, message: 'must be absent with apply: Automatic: spec.targetCondition says which devices' });
  }
  return problems;
}

function deviceProblems({ selector, devices }: EdgeDeploymentSpec): Problem[] {
  return selector !== undefined || devices !== undefined ? [] : [{ kind: 'missing', field: 'spec.selector', message: 'is missing: give spec.selector or spec.devices; selector: {} selects every EdgeDevice of the namespace' }];
}
