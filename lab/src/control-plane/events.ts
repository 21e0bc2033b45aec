/** One step of `labUp` or `labDown`, as it begins, moves on and ends. */
export interface LabEvent {
  /** Name of the step, e.g. `build core`, `kube-apiserver`, `KubeVirt`. */
  step: string;
  state: 'started' | 'progress' | 'done' | 'skipped' | 'failed';
  /** Seconds since the step began. */
  seconds: number;
  /** What a person may want to read: the package being compiled, why a step was skipped, … */
  detail?: string;
}

export type OnLabEvent = (event: LabEvent) => void;

/** Runs one step; reports its beginning, its end and how long it took. */
export async function step<T>(name: string, onEvent: OnLabEvent, work: (progress: (detail: string) => void) => Promise<T>): Promise<T> {
  const begun = performance.now();
  const tell = (state: LabEvent['state'], detail?: string): void => {
    const seconds = Math.round((performance.now() - begun) / 10) / 100;
    onEvent(detail === undefined ? { step: name, state, seconds } : { step: name, state, seconds, detail });
  };
  tell('started');
  try {
    const result = await work((detail) => tell('progress', detail));
    tell('done');
    return result;
  } catch (error) {
    tell('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/**
 * Reports the last progress of `work`, at once and again each second (`every`, in milliseconds). So the printer of the
 * progress has something to print from time to time, also in a step that is silent for minutes.
 */
export async function telling<T>(progress: (detail: string) => void, work: (tell: (detail: string) => void) => Promise<T>, every = 1000): Promise<T> {
  let last: string | undefined;
  const timer = setInterval(() => (last === undefined ? undefined : progress(last)), every);
  try {
    return await work((detail) => progress((last = detail)));
  } finally {
    clearInterval(timer);
  }
}
