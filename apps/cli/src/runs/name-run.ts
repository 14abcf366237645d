import { basename } from 'node:path';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { stampOf } from '@trawl/shared/domain/run-stamp.ts';

export const runNamePattern = /^[a-z0-9][a-z0-9-]{0,60}$/;

/** Leaves room for date, time and chance within the 61 characters of a name. */
const longestStem = 39;

/** `<stem>-<yyyymmdd>-<hhmmss>-<4 of base 36>`, the time in UTC: names sort by age within a stem. */
export const nameRun = (stem: string, options: { nowMs: number; random: () => number }): string => {
  const chance = Math.floor(options.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${stem}-${stampOf(options.nowMs)}-${chance}`;
};

/** What the runs of a source are called: a file's name without its extensions, or the first URL's host. */
export const stemOfSource = (source: SourceSpec): string => {
  switch (source.kind) {
    case 'stdin':
      return 'stdin';
    case 'urls':
      return asStem(URL.parse(source.urls[0] ?? '')?.hostname ?? '');
    case 'text':
    case 'csv':
    case 'jsonl':
      return asStem(
        basename(source.path)
          .replace(/\.(gz|zst)$/i, '')
          .replace(/\.[^.]+$/, ''),
      );
  }
};

/** Any text as the beginning of a run's name. */
export const asStem = (text: string): string => {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return (
    plain
      .slice(0, longestStem + 1)
      .replace(/^-+|-+$/g, '')
      .slice(0, longestStem) || 'run'
  );
};
