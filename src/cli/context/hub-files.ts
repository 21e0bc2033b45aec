import type { Hub, HubBulk, HubEndpoint } from '../../hub/types.js';
import type { SecretValue } from '../../identity/secret.js';
import { EdgeVmError, InvalidInputError } from '../../support/errors.js';
import type { FlagValues } from '../flags/group.js';
import type { Session } from '../run/session.js';
import { credentialIn } from './hub-input.js';

/** Time between two looks at the files. The kubelet itself needs up to a minute and more to change a mounted Secret. */
const lookMs = 20_000;

/** What happens with a credential while the operator runs; never the credential. */
export interface CredentialLog {
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
}

/** Hubs whose credentials may change in their files. */
export interface FollowedHubs {
  hubs: (Hub & HubBulk)[];
  /**
   * Reads the files from time to time, until the signal fires. A new key of the same hub is used at once, unless the hub refuses it; a
   * content that is not good changes nothing. Resolves with a reason if a file names another hub: only a new start helps then.
   */
  follow(log: CredentialLog, options: { signal: AbortSignal; onRenewed: () => void }): Promise<string | undefined>;
}

interface File {
  path: string;
  hub: string;
  text: SecretValue;
  /** The last trouble that the log has told. */
  told: string | undefined;
}

/** The hubs of all files of `--hub-connection-string-file`, or that of the variable. Throws `invalid-input` for two credentials of one hub. */
export async function followedHubs(session: Session, values: FlagValues, endpoint: HubEndpoint, beforeSend?: () => void): Promise<FollowedHubs> {
  const given = values['hubConnectionStringFile'];
  const paths: (string | undefined)[] = Array.isArray(given) ? given : [undefined];
  const found = await Promise.all(paths.map(async (path) => ({ path, credential: await credentialIn(session, path) })));
  const known = found.flatMap(({ path = '', credential }) => (credential === undefined ? [] : [{ path, hub: credential.hubHostname, text: credential.text, told: undefined } satisfies File as File]));
  const names = known.map(({ hub }) => hub.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidInputError([{ kind: 'conflict', field: '--hub-connection-string-file', message: `two files are for hub ${twice}: give one of them` }]);
  const { connectHub } = await session.deps.hub();
  const hubs = await Promise.all(known.map((file) => connectHub({ connectionString: () => file.text, endpoint, beforeSend })));
  // Standard input cannot be read twice, and a variable does not change.
  const files = known.filter(({ path }) => path !== '' && path !== '-');

  return {
    hubs,
    async follow(log, { signal, onRenewed }) {
      while (!signal.aborted && files.length > 0) {
        await session.io.sleep(lookMs, signal);
        for (const file of files) {
          if (signal.aborted) return undefined;
          const other = await look(file);
          if (other !== undefined) return `${file.path} is now for hub ${other}, and was for ${file.hub}`;
        }
      }
      return undefined;

      async function look(file: File): Promise<string | undefined> {
        const { path, hub } = file;
        const trouble = (message: string, error: unknown): void => {
          const why = EdgeVmError.is(error) ? error.message : 'unexpected';
          if (file.told !== why) log.warn(message, { hub, file: path, error: why });
          file.told = why;
        };
        try {
          const now = await credentialIn(session, path);
          if (now === undefined || now.text.reveal() === file.text.reveal()) {
            file.told = undefined;
            return undefined;
          }
          if (now.hubHostname.toLowerCase() !== hub.toLowerCase()) return now.hubHostname;
          const refusal = await refusalOf(now.text);
          if (refusal !== undefined) {
            trouble('the hub refuses the new credential in the file: the old one stays', refusal);
            return undefined;
          }
          Object.assign(file, { text: now.text, told: undefined });
          log.info('uses the new credential of the hub', { hub, file: path });
          onRenewed();
        } catch (error) {
          trouble('cannot use the new content of the file with the credential of the hub: the old one stays', error);
        }
        return undefined;
      }

      /** Why the hub does not accept it. A hub that does not answer says nothing about it. */
      async function refusalOf(text: SecretValue): Promise<unknown> {
        const trial = await connectHub({ connectionString: text, endpoint });
        try {
          await trial.allEdgeAgents({ pageSize: 1, signal })[Symbol.asyncIterator]().next();
          return undefined;
        } catch (error) {
          return EdgeVmError.is(error) && error.details['status'] === 401 ? error : undefined;
        } finally {
          trial.close();
        }
      }
    },
  };
}
