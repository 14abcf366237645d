import type { RowContent } from './source.ts';

/** One URL a line; blank lines and lines that begin with `#` are no inputs. */
export const readTextLine = (line: string): RowContent | undefined => {
  const text = line.trim();
  return text === '' || text.startsWith('#') ? undefined : { text };
};
