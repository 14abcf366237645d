import { createNumbering } from './number-rows.ts';
import { openBytes } from './open-bytes.ts';
import { type RowContent, type SourceLine, type SourceOptions, type SourcePosition, startOfSource } from './source.ts';
import { createLineSplitter, type RawLine } from './split-lines.ts';

export type LinesToRead = {
  path: string;
  from: SourcePosition | undefined;
  /** Undefined: the line is no input. */
  readRow: (text: string) => RowContent | undefined;
  options: SourceOptions;
  /** The file is a spool of stdin, which may still be growing or have been left unfinished. */
  isSpool?: boolean;
};

/** Sources with one input a line. An uncompressed file is continued at its byte, others are read again up to `from`. */
export async function* readLines({ path, from, readRow, options, isSpool }: LinesToRead): AsyncGenerator<SourceLine[]> {
  const bytes = await openBytes({ path, offset: from?.offset ?? 0, options, isSpool: isSpool ?? false });
  try {
    const start = bytes.startOffset > 0 && from !== undefined ? from : startOfSource;
    const numbering = createNumbering(start, from?.ordinal ?? 0);
    const splitter = createLineSplitter(bytes.startOffset, (line) => {
      const offset = bytes.isSeekable ? line.endOffset : 0;
      numbering.add(contentOf(line, readRow, bytes.isCutOff), { lines: 1, offset });
    });
    for await (const chunk of bytes.chunks) {
      splitter.push(chunk);
      yield* numbering.takeBatches();
    }
    splitter.end();
    yield* numbering.takeBatches();
  } finally {
    await bytes.close();
  }
}

function contentOf(line: RawLine, readRow: LinesToRead['readRow'], isCutOff: boolean): RowContent | undefined {
  const row = readRow(line.text);
  if (row === undefined) return undefined;
  if (line.isTooLong) return { text: line.text, problem: 'line-too-long' };
  // The rest of this line was never written down; fetching the half of a URL would be worse than saying so.
  if (isCutOff && !line.isTerminated) return { text: line.text, problem: 'line-cut-off' };
  return row;
}
