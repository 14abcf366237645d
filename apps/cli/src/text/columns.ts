/** Rows as aligned columns: numbers right, words left, two spaces between, nothing at the end of a line. */
export const inColumns = (
  rows: readonly string[][],
  options: { indent?: number; right?: readonly number[] } = {},
): string[] => {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  const margin = ' '.repeat(options.indent ?? 2);
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      options.right?.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
    );
    return `${margin}${cells.join('  ')}`.trimEnd();
  });
};

/** Breaks text at spaces so that no line is longer than `width`, unless a word is. */
export const wrapped = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
