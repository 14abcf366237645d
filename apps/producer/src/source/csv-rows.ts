import { UserError } from '@trawl/shared/platform/user-error.ts';
import { createCsvParser } from './csv-parser.ts';
import { createNumbering } from './number-rows.ts';
import { openBytes } from './open-bytes.ts';
import { type RowContent, type SourceLine, type SourceOptions, type SourcePosition, startOfSource } from './source.ts';

export type CsvToRead = { path: string; from: SourcePosition | undefined; column: string; options: SourceOptions };

/**
 * One input a row, from the named column; the first row names the columns. Separated by commas, or by the semicolons or
 * tabs that the first row has instead. Blank rows are no inputs. Read again from its start to continue.
 * Throws UserError when there is no such column, or a row grows beyond 1 MiB (as an open quote makes it).
 */
export async function* readCsv({ path, from, column, options }: CsvToRead): AsyncGenerator<SourceLine[]> {
  const bytes = await openBytes({ path, offset: 0, options, isSpool: false });
  const numbering = createNumbering(startOfSource, from?.ordinal ?? 0);
  let index = -1;
  const parser = createCsvParser({
    path,
    separatorOf: (head) => separatorOf(head, column),
    onBlankLines: numbering.skipLines,
    onRow: (row, lines) => {
      const content = index === -1 ? undefined : contentOf(row, index);
      if (index === -1) index = findColumn(path, column, row);
      numbering.add(content, { lines, offset: 0 });
    },
  });
  try {
    for await (const chunk of bytes.chunks) {
      await parser.push(chunk);
      yield* numbering.takeBatches();
    }
    await parser.end();
    yield* numbering.takeBatches();
    if (index === -1) findColumn(path, column, []);
  } finally {
    await bytes.close();
  }
}

function contentOf(row: string[], index: number): RowContent | undefined {
  const cell = row[index];
  const text = cell?.trim();
  if (text) return { text };
  if (row.every((field) => field.trim() === '')) return undefined;
  return { text: row.join(','), problem: cell === undefined ? 'too-few-columns' : 'missing-url' };
}

function findColumn(path: string, column: string, header: string[]): number {
  const names = header.map((name) => name.trim());
  const index = names.indexOf(column.trim());
  if (index !== -1) return index;
  throw new UserError(
    `${path} has no column ${JSON.stringify(column)}`,
    names.length === 0
      ? 'It is empty: its first row must name the columns.'
      : `Its columns are: ${names
          .map((name) => JSON.stringify(name))
          .join(', ')
          .slice(0, 2000)}`,
  );
}

/** The separator by which the first row has the wanted column. */
function separatorOf(head: Buffer, column: string): string {
  const [firstRow = ''] = head.toString('utf8').split('\n', 1);
  const names = (separator: string): string[] =>
    firstRow.split(separator).map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    );
  return [',', ';', '\t'].find((separator) => names(separator).includes(column.trim())) ?? ',';
}
