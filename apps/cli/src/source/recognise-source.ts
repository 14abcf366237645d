import { resolve } from 'node:path';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

export type SourceFormat = 'auto' | 'text' | 'csv' | 'jsonl';

export type SourceWish = {
  /** A file, `-` for stdin, or URLs: as on the command line. */
  words: string[];
  format: SourceFormat;
  column: string;
  field: string;
  /** Relative paths start here. */
  cwd: string;
};

/** Where the lines of a run come from. A source on stdin gets its path, that of its spool, with the run's name. */
export const recogniseSource = ({ words, format, column, field, cwd }: SourceWish): SourceSpec => {
  const [first, ...others] = words;
  if (first === undefined) throw missing();
  if (words.every(isUrl)) return { kind: 'urls', urls: words };
  if (others.length > 0) throw mixed(words);
  if (first === '-') return stdinSource(format);
  const path = resolve(cwd, first);
  switch (format === 'auto' ? formatOf(path) : format) {
    case 'text':
      return { kind: 'text', path };
    case 'csv':
      return { kind: 'csv', path, column };
    case 'jsonl':
      return { kind: 'jsonl', path, field };
  }
};

/** Words that begin like this are never files. */
export const isUrl = (word: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(word);

function formatOf(path: string): Exclude<SourceFormat, 'auto'> {
  const plain = path.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (plain.endsWith('.csv')) return 'csv';
  return plain.endsWith('.jsonl') || plain.endsWith('.ndjson') ? 'jsonl' : 'text';
}

function stdinSource(format: SourceFormat): SourceSpec {
  if (format === 'auto' || format === 'text') return { kind: 'stdin', path: '' };
  throw new UserError(
    `--format ${format} does not go with stdin, which is read as one URL a line.`,
    'Give the list as a file.',
  );
}

const missing = (): UserError =>
  new UserError('No source is named.', 'Name a file of URLs, - for stdin, or URLs themselves: trawl run urls.txt');

function mixed(words: string[]): UserError {
  const [file] = words.filter((word) => !isUrl(word));
  return words.some(isUrl)
    ? new UserError(
        `${file} is no URL, the other words are.`,
        'Name one file, or only URLs; URLs begin with http:// or https://',
      )
    : new UserError(
        `${words.length} files are named, one can be read.`,
        `Join them: cat ${words.join(' ')} | trawl run -`,
      );
}
