// The part of a terminal that edge-vm uses: lines, the cursor's column, erasing a line, colours and weight.

const plain = Object.freeze({ color: undefined, bold: false, dim: false });

/** A screen of so many columns; `write` takes output, `rows` gives each line as runs of one style: `{ text, color, bold, dim }`. */
export function makeScreen(width) {
  const lines = [[]];
  let column = 0;
  let style = plain;

  const put = (character) => {
    if (column === width) newLine();
    const line = lines.at(-1);
    while (line.length < column) line.push({ character: ' ', style: plain });
    line[column] = { character, style };
    column += 1;
  };
  function newLine() {
    lines.push([]);
    column = 0;
  }
  const csi = (parameters, letter) => {
    const [first = 0] = parameters.split(';').map(Number);
    if (letter === 'G') column = Math.max(1, first) - 1;
    else if (letter === 'K' && first === 2) lines[lines.length - 1] = [];
    else if (letter === 'K' && first === 0) lines.at(-1).length = Math.min(lines.at(-1).length, column);
    else if (letter === 'm') style = parameters.split(';').reduce((now, code) => restyled(now, Number(code)), style);
    // Showing the cursor and drawing at once change nothing that a picture shows.
    else if (!(parameters.startsWith('?') && /[hl]/.test(letter))) throw new Error(`escape sequence ${parameters}${letter} is not known here`);
  };

  return {
    write(output) {
      for (const [all, parameters, letter] of output.matchAll(/\u001B\[([?\d;]*)([A-Za-z])|\u001B[^[]|[\s\S]/gu)) {
        if (letter !== undefined) csi(parameters, letter);
        else if (all === '\r') column = 0;
        else if (all === '\n') newLine();
        else if (all >= ' ') put(all);
        else throw new Error(`control character ${JSON.stringify(all)} is not known here`);
      }
    },
    rows: () => lines.map(runsOf),
  };
}

function restyled(style, code) {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: undefined };
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  throw new Error(`style ${code} is not known here`);
}

function runsOf(line) {
  const runs = [];
  for (const { character, style } of line) {
    const last = runs.at(-1);
    if (last !== undefined && last.color === style.color && last.bold === style.bold && last.dim === style.dim) last.text += character;
    else runs.push({ text: character, ...style });
  }
  return runs;
}
