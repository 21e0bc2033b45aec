import type { ProvisionContext } from './types.js';

/** Message and hint of an error. */
interface Words {
  message: string;
  hint: string;
}

/** The words of a time-out, with what holds the calls to the hub up, if anything does: more time alone does not help then. */
export function withTrouble({ hub }: Pick<ProvisionContext, 'hub'>, { message, hint }: Words): Words {
  const trouble = hub?.stats.trouble;
  if (trouble === undefined || message.includes(trouble.message)) return { message, hint };
  return { message: `${message}; ${trouble.message}`, hint: trouble.hint === undefined ? hint : `${trouble.hint.replace(/\.$/, '')}. ${hint}` };
}
