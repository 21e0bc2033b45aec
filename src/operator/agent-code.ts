/** What the codes of the edge agent mean: `lastDesiredStatus.code` of its twin (iotedge, `DeploymentStatusCode`). */
const MEANINGS: Readonly<Record<number, string>> = {
  200: 'ok',
  400: 'deployment invalid',
  406: 'agent stopped',
  412: 'schema not supported',
  417: 'no deployment yet',
  500: 'deployment failing',
};

/** A code with its word: `417 no deployment yet`. */
export function agentCode(code: number): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? String(code) : `${code} ${meaning}`;
}
