import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { readCsv } from './csv-rows.ts';
import { readJsonLine } from './jsonl-line.ts';
import { readLines } from './read-lines.ts';
import type { SourceLine, SourceOptions, SourcePosition } from './source.ts';
import { readTextLine } from './text-line.ts';
import { listUrls } from './url-list.ts';

/**
 * The inputs of a source in batches of up to 500, as soon as they are there. `from` is the position of the last line
 * that is already known, undefined at the start; the rest is exact from any position.
 * Throws UserError when the source cannot be read, is damaged, or has no such column.
 */
export const openSource = (
  spec: SourceSpec,
  from: SourcePosition | undefined,
  options: SourceOptions = {},
): AsyncIterable<SourceLine[]> => {
  switch (spec.kind) {
    case 'text':
      return readLines({ path: spec.path, from, readRow: readTextLine, options });
    case 'stdin':
      return readLines({ path: spec.path, from, readRow: readTextLine, options, isSpool: true });
    case 'jsonl':
      return readLines({ path: spec.path, from, readRow: (text) => readJsonLine(text, spec.field), options });
    case 'csv':
      return readCsv({ path: spec.path, from, column: spec.column, options });
    case 'urls':
      return listUrls(spec.urls, from);
  }
};
