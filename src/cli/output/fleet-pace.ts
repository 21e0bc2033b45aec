/** How fast devices end. */
export interface Pace {
  /** A device has ended, or has passed the checks. */
  end(key: string, at: number): void;
  /** The rate and the time that is left, the longest text first; empty while nobody can know it. */
  texts(open: number, now: number): string[];
}

/** Too few devices say nothing about the rest. */
const least = 3;
/** So many times as long as usual without an end: the rate of before says nothing about the devices that are left. */
const patience = 3;
const leastPatienceSeconds = 10;

/** Measures from `begunAt` (milliseconds). A device counts once. */
export function startPace(begunAt: number): Pace {
  const keys = new Set<string>();
  let lastAt = begunAt;
  return {
    end(key, at) {
      keys.add(key);
      lastAt = Math.max(lastAt, at);
    },
    texts(open, now) {
      const seconds = (now - begunAt) / 1000;
      const each = seconds / keys.size;
      const silence = (now - lastAt) / 1000;
      if (keys.size < least || seconds < 1 || open <= 0 || silence > Math.max(leastPatienceSeconds, patience * each)) return [];
      const perMinute = 60 / each;
      const left = `about ${roughly(open * each)} left`;
      return [`${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)}/min, ${left}`, left];
    },
  };
}

/** An estimate needs no more digits: `5 s`, `40 s`, `4 min`, `1 h 20 min`. */
function roughly(seconds: number): string {
  if (seconds <= 57.5) return `${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
