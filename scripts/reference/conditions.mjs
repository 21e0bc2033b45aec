// docs/reference/conditions.md: the reasons of each condition, from the rules of the stages (src/readiness/stages) and the reasons that are declared
// (src/readiness/reasons.ts, src/operator/reasons.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOYMENT_REASONS, DEVICE_REASONS } from '../../dist/src/operator/reasons.js';
import { SHARED_REASONS } from '../../dist/src/readiness/reasons.js';
import { conditionType, STAGES } from '../../dist/src/readiness/types.js';
import { page, table } from './markdown.mjs';

const intro = `The condition \`Ready\` is the summary of a device. Each [stage](../readiness.md#the-stages) is a condition too, in the order of
the first table. \`edge-vm status NAME -o json\` prints them as \`conditions\`, each with \`type\`, \`status\`, \`reason\`, \`message\` and
\`lastTransitionTime\`. \`…\` in a message stands for words of the cluster, the guest or the hub. A reason may also be a word of
Kubernetes, KubeVirt or CDI itself, for example \`Unschedulable\`.`;

const shared = { guest: ['booted', 'engine', 'runtime', 'configured'] };

/** Every call of yes(), no() and unknown() in a compiled file, with literal reason and message. */
function reasonsIn(file) {
  const verdict = /\b(yes|no|unknown)\('(\w+)',\s*(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|(\w))?/g;
  const statuses = { yes: 'True', no: 'False', unknown: 'Unknown' };
  const rows = [...readFileSync(file, 'utf8').matchAll(verdict)].map(([, kind, reason, plain, template]) => [statuses[kind], `\`${reason}\``, plain ?? withoutCode(template ?? '…')]);
  const known = rows.filter(([status, reason, message]) => message !== '…' || !rows.some((row) => row[0] === status && row[1] === reason && row[2] !== '…'));
  return [...new Map(known.map((row) => [row.join(), row])).values()].sort(([one], [other]) => Object.values(statuses).indexOf(one) - Object.values(statuses).indexOf(other));
}

/** A template with `…` in place of its expressions. */
function withoutCode(template) {
  let before;
  let text = template;
  do {
    before = text;
    text = text.replaceAll(/\$\{[^{}]*\}/g, '…').replaceAll(/\{[^{}]*\}/g, '');
  } while (text !== before);
  // An expression with a template of its own ends the match: the rest is unknown.
  return text.replace(/\$\{.*$/, '…').replaceAll('$…', '…').replaceAll(/…+/g, '…');
}

const inCluster = `An EdgeDevice has these conditions, or these reasons, besides those above ([operator.md](../operator.md)). \`Accepted\`,
\`IdentityVerified\` and \`HubDeviceRemoved\` may also have a [cause](../readiness.md#causes) in CamelCase as their reason: \`HubUnreachable\`.`;

const ofDeployment = `The conditions of an EdgeDeployment ([edge-deployment.md](../edge-deployment.md#the-status)). \`Applied\` and \`HubDeploymentRemoved\` may
also have a cause in CamelCase, and \`Ready\` has the reason of the condition that it waits for.`;

const meanings = (reasons) => table(['reason', 'meaning'], Object.entries(reasons).map(([reason, meaning]) => [`\`${reason}\``, meaning]));
const inSections = (conditions) => Object.entries(conditions).map(([type, reasons]) => `### ${type}\n\n${meanings(reasons)}`);

export function conditionsPage(root) {
  const folder = join(root, 'dist/src/readiness');
  const files = readdirSync(join(folder, 'stages')).filter((name) => name.endsWith('.js') && name !== 'index.js').map((name) => name.slice(0, -3));
  const stagesOf = (file) => shared[file] ?? [file];
  const sections = files.sort((one, other) => STAGES.indexOf(stagesOf(one)[0]) - STAGES.indexOf(stagesOf(other)[0])).map((file) => (
    `## ${stagesOf(file).map(conditionType).join(', ')}\n\n${table(['status', 'reason', 'message'], reasonsIn(join(folder, 'stages', `${file}.js`)))}`
  ));
  const list = table(['stage', 'condition'], STAGES.map((stage) => [`\`${stage}\``, `\`${conditionType(stage)}\``]));
  const ready = table(['status', 'reason', 'when'], [
    ['True', 'the type of the awaited stage’s condition: `Connected`', 'The awaited stage (`--wait-for`) is reached, and there is no cause.'],
    ['False', 'the [cause](../readiness.md#causes) in CamelCase: `DeviceNotFound`', 'The device cannot become ready.'],
    ['False', 'the reason of the lowest stage that is not reached', 'The device waits for this stage; the message names it.'],
    ['Unknown', 'the reason of the awaited stage', 'Nobody knows whether the awaited stage is reached.'],
  ]);
  const agent = table(['status', 'reason', 'message'], [
    ['True', '`Connected`', 'the QEMU guest agent answers'],
    ['False', '`NotConnected`', 'the QEMU guest agent does not answer (it is not needed)'],
    ['Unknown', '`NoInstance`', 'the VM has no instance'],
  ]);
  return page('Stages and conditions', intro, list, `## Ready\n\n${ready}`, ...sections, `## GuestAgentConnected\n\nIt tells whether the QEMU guest agent answers. No stage needs it.\n\n${agent}`,
    `## Reasons of several conditions\n\n${meanings(SHARED_REASONS)}\n\nThe last four: [readiness.md](../readiness.md#when-the-node-is-lost).`,
    `## More of an EdgeDevice in a cluster\n\n${inCluster}`, ...inSections(DEVICE_REASONS),
    `## EdgeDeployment\n\n${ofDeployment}`, ...inSections(DEPLOYMENT_REASONS));
}
