// A recording as an SVG that plays by itself. Each line of the terminal is a text that CSS shows for its time. Without
// animation (a renderer that knows none, or a reader who wants less motion), the last picture stands.
import { makeScreen } from './screen.mjs';

const cell = { width: 8.4, height: 18 };
const edge = 14;
/** Pictures that follow each other faster are left out; so are those in which only the spinner has turned. */
const frameSeconds = 0.1;
const spinnerSeconds = 0.4;
/** How long the last picture stands before it begins again. */
const endSeconds = 6;

const colors = ['#6e7681', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#e6edf3'];

export function toSvg({ width, height, title, idle = Number.POSITIVE_INFINITY, events }) {
  const { lines, duration } = linesOf({ width, idle, events });
  const count = Math.max(height, ...lines.map(({ row }) => row + 1));
  const size = { width: Math.ceil(width * cell.width + 2 * edge), height: Math.ceil(count * cell.height + 2 * edge) };
  const percent = (seconds) => `${Number(((seconds / duration) * 100).toFixed(2))}%`;
  const moving = [...new Set(lines.filter(({ from, to }) => from > 0 || to < duration).map(({ from, to }) => `${from} ${to}`))];
  const keyframes = moving.map((key, index) => {
    const [from, to] = key.split(' ').map(Number);
    const steps = [...(from > 0 ? [`0%{visibility:hidden}`] : []), `${percent(from)}{visibility:visible}`, ...(to < duration ? [`${percent(to)}{visibility:hidden}`] : [])];
    return `@keyframes k${index}{${steps.join('')}}.k${index}{animation:k${index} ${duration.toFixed(1)}s step-end infinite}`;
  });
  const texts = lines.map(({ row, from, to, runs }) => {
    const index = moving.indexOf(`${from} ${to}`);
    const marks = `${index < 0 ? '' : ` class="k${index}"`}${to < duration ? ' visibility="hidden"' : ''}`;
    return `<text x="${edge}" y="${(edge + (row + 0.78) * cell.height).toFixed(1)}"${marks}>${runs.map(span).join('')}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title" xml:space="preserve">`,
    `<title id="title">${escaped(title)}</title>`,
    '<style>', 'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}',
    '.b{font-weight:bold}.d{fill:#9198a1}', ...colors.map((color, index) => `.c${index}{fill:${color}}`),
    '@media (prefers-reduced-motion:no-preference){', ...keyframes, '}', '</style>',
    `<rect width="${size.width}" height="${size.height}" rx="8" fill="#0d1117"/>`, ...texts, '</svg>', '',
  ].join('\n');
}

/** Every content of every line, with the time from which and to which it is to be seen. */
function linesOf({ width, idle, events }) {
  const screen = makeScreen(width);
  const open = new Map();
  const done = [];
  let seconds = 0;
  let before = 0;
  let shown = Number.NEGATIVE_INFINITY;
  let said = '';
  const take = () => {
    const rows = screen.rows();
    for (let row = 0; row < Math.max(rows.length, open.size); row += 1) {
      const runs = rows[row] ?? [];
      const key = JSON.stringify(runs);
      const last = open.get(row);
      if (last?.key === key) continue;
      if (last !== undefined && last.from < seconds) done.push({ ...last, to: round(seconds) });
      open.set(row, { row, key, runs, from: round(seconds) });
    }
    shown = seconds;
  };
  for (const [index, [at, output]] of events.entries()) {
    seconds += Math.min(at - before, idle);
    before = at;
    screen.write(output);
    const words = screen.rows().flatMap((runs) => runs.map(({ text }) => text.replaceAll(/[\u2800-\u28FF]/g, ''))).join('\n');
    if (seconds - shown >= (words === said ? spinnerSeconds : frameSeconds) || index === events.length - 1) {
      take();
      said = words;
    }
  }
  const duration = round(seconds + endSeconds);
  for (const last of open.values()) done.push({ ...last, to: duration });
  const isEmpty = ({ runs }) => runs.every(({ text }) => text.trim() === '');
  return { lines: done.filter((line) => !isEmpty(line)).sort((one, other) => one.row - other.row || one.from - other.from), duration };
}

const round = (seconds) => Number(seconds.toFixed(2));

function span({ text, color, bold, dim }) {
  const classes = [...(color === undefined ? [] : [`c${color}`]), ...(bold ? ['b'] : []), ...(dim ? ['d'] : [])].join(' ');
  return classes === '' ? escaped(text) : `<tspan class="${classes}">${escaped(text)}</tspan>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
