import { CsvError, type Parser, parse } from 'csv-parse';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { createNumbering, type Numbering } from './number-rows.ts';
import { openBytes } from './open-bytes.ts';
import {
  longestLineBytes,
  startOfSource,
  type RowContent,
  type SourceLine,
  type SourceOptions,
  type SourcePosition,
} from './source.ts';

export type CsvToRead = { path: string; from: SourcePosition | undefined; column: string; options: SourceOptions };

/**
 * One input a row, from the named column; the first row names the columns. Separated by commas, or by the semicolons or
 * tabs that the first row has instead. Blank rows are no inputs. Read again from its start to continue.
 * Throws UserError when there is no such column, or a row grows beyond 1 MiB (as an open quote makes it).
 */
export async function* readCsv({ path, from, column, options }: CsvToRead): AsyncGenerator<SourceLine[]> {
  const bytes = await openBytes({ path, offset: 0, options, isSpool: false });
  try {
    const numbering = createNumbering(startOfSource, from?.ordinal ?? 0);
    const rows = createRowReader({ path, column, numbering });
    for await (const chunk of bytes.chunks) {
      await rows.push(chunk);
      yield* numbering.takeBatches();
    }
    await rows.end();
    yield* numbering.takeBatches();
  } finally {
    await bytes.close();
  }
}

type RowReading = { path: string; column: string; numbering: Numbering };

/** Drives the parser chunk by chunk; its rows go to the numbering at once, so that none waits in a stream. */
function createRowReader({ path, column, numbering }: RowReading) {
  let parser: Parser | undefined;
  let failure: Error | undefined;
  let index = -1;
  let blankLines = 0;

  const onRow = (row: string[], blankLinesSoFar: number): void => {
    numbering.skipLines(blankLinesSoFar - blankLines);
    blankLines = blankLinesSoFar;
    const isHeader = index === -1;
    if (isHeader) index = findColumn(path, column, row);
    numbering.add(isHeader ? undefined : contentOf(row, index), { lines: linesOf(row), offset: 0 });
  };
  const write = (step: (parser: Parser, done: () => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (parser === undefined) return resolve();
      step(parser, () => (failure === undefined ? resolve() : reject(failure)));
    });

  return {
    push: (chunk: Buffer): Promise<void> => {
      parser ??= createParser(delimiterOf(chunk, column), onRow).on('error', (error) => {
        failure ??= explained(path, error);
      });
      return write((to, done) => to.write(chunk, () => setImmediate(done)));
    },
    end: async (): Promise<void> => {
      await write((to, done) => to.once('close', done).resume().end());
      if (index === -1) findColumn(path, column, []);
    },
  };
}

function createParser(delimiter: string, onRow: (row: string[], blankLinesSoFar: number) => void): Parser {
  return parse({
    delimiter,
    // Both, always: found out from the first row, the one would run through the other in a file of mixed origin.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestLineBytes,
    on_record: (row: string[], info) => {
      onRow(row, info.empty_lines);
      return null;
    },
  });
}
