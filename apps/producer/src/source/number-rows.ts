import { batchLines, type RowContent, type SourceLine, type SourcePosition } from './source.ts';

/**
 * Numbers rows in the order in which they come and collects the inputs among them.
 * @param start where reading begins
 * @param firstOrdinal inputs below it are counted only: a source that cannot seek is read again up to there
 */
export const createNumbering = (start: SourcePosition, firstOrdinal: number) => {
  let { line, ordinal } = start;
  let ready: SourceLine[] = [];

  /** @param ends physical lines that the row takes, and the byte after it (0: cannot seek) */
  const add = (row: RowContent | undefined, ends: { lines: number; offset: number }): void => {
    const rowLine = line + 1;
    line += ends.lines;
    if (row === undefined) return;
    ordinal += 1;
    if (ordinal <= firstOrdinal) return;
    const position = { line, ordinal, offset: ends.offset };
    const numbered: SourceLine = { line: rowLine, ordinal: ordinal - 1, text: row.text, position };
    if (row.overrides !== undefined) numbered.overrides = row.overrides;
    if (row.problem !== undefined) numbered.problem = row.problem;
    ready.push(numbered);
  };

  /** Physical lines without a row of their own. */
  const skipLines = (lines: number): void => {
    line += lines;
  };

  /** What has come since the last call. */
  function* takeBatches(): Generator<SourceLine[]> {
    const taken = ready;
    ready = [];
    for (let i = 0; i < taken.length; i += batchLines) yield taken.slice(i, i + batchLines);
  }

  return { add, skipLines, takeBatches };
};
