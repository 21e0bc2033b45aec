import type { DeclareCommand } from '../run/catalog.js';
import { setAction, type Invocation } from '../run/action.js';
import { connect } from '../context/connect.js';
import { addClusterFlags } from '../flags/cluster-flags.js';
import { addFlags, isOn } from '../flags/group.js';
import { addOutputFlag } from '../flags/output-flags.js';
import { isMachine } from '../output/format.js';
import { VERSION } from '../../render/assets.generated.js';

interface Versions {
  client: { version: string; node: string; platform: string };
  server?: { kubernetes: string };
}

export const declare: DeclareCommand = (command, session) => {
  addFlags(command, 'What to show', [
    { flags: '--server', help: 'ask the cluster for its version too' },
    { flags: '--client', help: 'only this program (the default)' },
  ]);
  addOutputFlag(command, ['json', 'yaml']);
  addClusterFlags(command);
  setAction(command, session, run);
};

async function run({ session, values }: Invocation): Promise<void> {
  const versions: Versions = { client: { version: VERSION, node: process.version, platform: `${process.platform}/${process.arch}` } };
  if (isOn(values, 'server') && !isOn(values, 'client')) {
    const cluster = await connect(session, values);
    try {
      versions.server = { kubernetes: await cluster.version({ signal: session.io.signal }) };
    } finally {
      cluster.close();
    }
  }
  const { printer, format } = session;
  if (isMachine(format)) return printer.object(versions, format);
  printer.data(`edge-vm ${versions.client.version} (node ${versions.client.node}, ${versions.client.platform})`);
  if (versions.server !== undefined) printer.data(`kubernetes ${versions.server.kubernetes}`);
}
