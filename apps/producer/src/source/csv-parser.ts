import { finished } from 'node:stream/promises';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { CsvError, type Parser, parse } from 'csv-parse';
import { longestLineBytes } from './source.ts';

export type CsvEvents = {
  path: string;
  /** Asked once, with the first bytes. */
  separatorOf: (head: Buffer) => string;
  /** @param lines physical lines that the row takes */
  onRow: (row: string[], lines: number) => void;
  /** Blank physical lines between rows, told before the next row. */
  onBlankLines: (lines: number) => void;
};

/** csv-parse driven chunk by chunk: rows are handed over at once, so that none waits in a stream. */
export const createCsvParser = ({ path, separatorOf, onRow, onBlankLines }: CsvEvents) => {
  let parser: Parser | undefined;
  let nextLine = 1;
  let blankLines = 0;

  const passBlankLines = (blankSoFar: number): void => {
    nextLine += blankSoFar - blankLines;
    onBlankLines(blankSoFar - blankLines);
    blankLines = blankSoFar;
  };
  const takeRow = (row: string[], blankSoFar: number): void => {
    passBlankLines(blankSoFar);
    const lines = linesOf(row);
    onRow(row, lines);
    nextLine += lines;
  };
  const explained = (error: unknown): unknown => {
    if (!(error instanceof CsvError)) return error;
    const blankSoFar = Number(error.empty_lines);
    return new UserError(
      `The row that begins at line ${nextLine + blankSoFar - blankLines} of ${path} ${complaintOf(error)}`,
      'Look for a quote (") that is opened there and never closed.',
    );
  };

  return {
    /** Rejects with UserError that names the line where the row began that cannot be read. */
    push: (chunk: Buffer): Promise<void> => {
      parser ??= start(separatorOf(chunk), takeRow);
      const to = parser;
      return new Promise((resolve, reject) => {
        to.write(chunk, (error) => (error ? reject(explained(error)) : resolve()));
      });
    },
    end: async (): Promise<void> => {
      if (parser === undefined) return;
      const ended = finished(parser);
      parser.resume().end();
      await ended.catch((error: unknown) => Promise.reject(explained(error)));
    },
  };
};

function start(delimiter: string, onRow: (row: string[], blankSoFar: number) => void): Parser {
  const parser = parse({
    delimiter,
    // Both, always: found out from the first row, the one would run through the other in a file of mixed origin.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestLineBytes,
    on_record: (row: string[], { empty_lines }) => {
      onRow(row, empty_lines);
      return null;
    },
  });
  // A failure also comes to the callback of the write or the wait for the end.
  return parser.on('error', () => undefined);
}

/** Counted here: csv-parse counts a CRLF inside quotes twice. */
function linesOf(row: string[]): number {
  let lines = 1;
  for (const field of row) {
    for (let at = field.indexOf('\n'); at !== -1; at = field.indexOf('\n', at + 1)) lines += 1;
  }
  return lines;
}

function complaintOf(error: CsvError): string {
  if (error.code === 'CSV_MAX_RECORD_SIZE') return 'is longer than 1 MiB';
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'has no end';
  return `cannot be read: ${error.message}`;
}
