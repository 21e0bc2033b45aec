// Recordings of a terminal in asciinema's format, version 2: https://docs.asciinema.org/manual/asciicast/v2/

/** `{ width, height, title, events: [[seconds, text], …] }` as the text of a file. */
export function writeCast({ width, height, title, events }) {
  const header = { version: 2, width, height, idle_time_limit: 2, title, env: { TERM: 'xterm-256color' } };
  return [header, ...events.map(([seconds, text]) => [Number(seconds.toFixed(3)), 'o', text])].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function readCast(text) {
  const [header, ...events] = text.trimEnd().split('\n').map((line) => JSON.parse(line));
  return { width: header.width, height: header.height, title: header.title, idle: header.idle_time_limit, events: events.filter(([, kind]) => kind === 'o').map(([seconds, , output]) => [seconds, output]) };
}
