/** Variable with which the fixture describes the lab for the tests. */
export const LAB_VARIABLE = 'EDGE_VM_TEST_LAB_INFO';

/** The lab that the fixture brought up. */
export interface Lab {
  name: string;
  /** `EDGE_VM_STATE_DIR`. */
  stateDir: string;
  /** The lab's own folder: logs, hub, kubeconfigs. */
  folder: string;
  /** HOME of the commands under test. */
  home: string;
  /** What `edge-vm lab env` says. */
  variables: { KUBECONFIG: string; EDGE_VM_HUB_CONNECTION_STRING: string; EDGE_VM_HUB_ENDPOINT: string; EDGE_VM_HUB_CA: string };
  /** Folder of kubectl and virtctl. */
  programs: string;
  /** Folder of helm, if the fixture was asked for it. */
  helm?: string;
}

export function theLab(): Lab {
  const text = process.env[LAB_VARIABLE];
  if (text === undefined) throw new Error('the lab fixture did not run: use mocha --config test/integration.mocharc.json');
  return JSON.parse(text) as Lab;
}

/** A kubeconfig of a user of the lab who may do nothing yet; gives the file's path. */
export async function userKubeconfig(user: string, namespace: string): Promise<string> {
  const lab = theLab();
  // A name that the compiler cannot resolve, because the lab is built after this package.
  const packageName: string = '@edge-vm/lab';
  const { makeUserKubeconfig } = (await import(packageName)) as {
    makeUserKubeconfig: (of: { name: string; env: NodeJS.ProcessEnv }, options: { user: string; namespace: string }) => Promise<string>;
  };
  return makeUserKubeconfig({ name: lab.name, env: { EDGE_VM_STATE_DIR: lab.stateDir } }, { user, namespace });
}
