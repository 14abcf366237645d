import { dirname, resolve } from 'node:path';
import { headers } from '@trawl/shared/domain/header-kinds.ts';
import { type Kind, readSettings, type SettingsTable } from '@trawl/shared/domain/setting.ts';
import { didYouMean } from '../command-line/nearest-word.ts';
import { readYamlEntries, type YamlEntry, type YamlProblem, type YamlValue } from './yaml-entries.ts';

/** What a crawl file says: flag -> text or texts, as readSettings takes it. */
export type CrawlFile = {
  file: Record<string, unknown>;
  /** `source.path` or `source.urls`, as words of the command line; paths are absolute, `-` stays. */
  sourceWords: string[];
  /** What stands below `schedule:`, as it is written; absent where nothing does. */
  schedule?: YamlEntry;
  /** Flag -> the line that gives it. */
  lines: Map<string, number>;
  /** `crawl.yaml:12: per-host: expected ..., got "abc"`, in the order of the lines; empty when all is well. */
  problems: string[];
};

/** Keys below `source:` that are flags under another or the same name. */
const flagOfSourceKey = new Map([
  ['kind', 'format'],
  ['column', 'column'],
  ['field', 'field'],
]);
const sourceKeys = ['path', 'urls', ...flagOfSourceKey.keys()];

/** Flags that name a file: relative to the crawl file, so that it means the same from everywhere. */
const pathFlags = new Set(['out', 'data-dir', 'ca', 'redis-ca']);

/**
 * Reads a crawl file: every flag of the table is a key, but those of the source stand below `source:`. A scalar is taken
 * as its text, as if it stood behind the flag. All problems are reported at once.
 * @param from.name the file's name for messages
 * @param from.path absolute
 */
export const readCrawlFile = (table: SettingsTable, from: { name: string; path: string; text: string }): CrawlFile => {
  const yaml = readYamlEntries(from.text);
  const { top, source, schedule, problems } = sorted(table, yaml.entries);
  const kinds = new Map(Object.values(table).map(({ flag, kind }) => [flag, kind]));
  const fromHere = (path: string): string => (path === '-' ? path : resolve(dirname(from.path), path));
  const file = Object.fromEntries(
    top.map(({ key, value }) => [key, givenOf(value, { flag: key, kind: kinds.get(key), fromHere })]),
  );
  const words = wordsOf(source, fromHere);
  const badValues = readSettings(table, { file }).problems.map(({ flag, message }) => {
    const entry = top.find(({ key }) => key === flag);
    return {
      line: entry?.line ?? 1,
      message: `${flag}: ${entry?.value.kind === 'none' ? 'expected a value, found none' : message}`,
    };
  });
  const all = [...yaml.problems, ...problems, ...words.problems, ...badValues].sort((a, b) => a.line - b.line);
  return {
    file,
    sourceWords: words.words,
    ...(schedule === undefined ? {} : { schedule }),
    lines: new Map(top.map(({ key, line }) => [key, line])),
    problems: all.map((problem) => lineOfProblem(from.name, problem)),
  };
};

/** `crawl.yaml:12: what is wrong there`. */
export const lineOfProblem = (name: string, { line, message }: YamlProblem): string => `${name}:${line}: ${message}`;

type Sorted = { top: YamlEntry[]; source: YamlEntry[]; schedule?: YamlEntry; problems: YamlProblem[] };

/** Which entries are flags, which say where the lines come from, and which are neither. */
function sorted(table: SettingsTable, entries: YamlEntry[]): Sorted {
  const result: Sorted = { top: [], source: [], problems: [] };
  const notHere = new Set([...flagOfSourceKey.values(), 'crawl']);
  const known = [
    ...Object.values(table).flatMap(({ flag }) => (notHere.has(flag) ? [] : [flag])),
    'source',
    'schedule',
  ];
  for (const entry of entries) {
    if (entry.key === 'source') sortSource(entry, result);
    else if (entry.key === 'schedule') result.schedule = entry;
    else if (known.includes(entry.key)) result.top.push(entry);
    else result.problems.push({ line: entry.line, message: `${entry.key}: unknown key${hint(entry.key, known)}` });
  }
  return result;
}

function hint(key: string, known: string[]): string {
  for (const [inner, flag] of flagOfSourceKey)
    if (key === flag || key === inner) return ` (did you mean ${inner}, below source?)`;
  return didYouMean(key, known);
}

function sortSource({ value, line }: YamlEntry, result: Sorted): void {
  if (value.kind === 'text') result.source.push({ key: 'path', line, value });
  else if (value.kind === 'list') result.source.push({ key: 'urls', line, value });
  else if (value.kind === 'none')
    result.problems.push({ line, message: 'source: expected a path, a list of URLs, or keys below it' });
  else
    for (const entry of value.entries) {
      const flag = flagOfSourceKey.get(entry.key);
      if (flag !== undefined) result.top.push({ ...entry, key: flag });
      else if (sourceKeys.includes(entry.key)) result.source.push(entry);
      else
        result.problems.push({
          line: entry.line,
          message: `source.${entry.key}: unknown key${didYouMean(entry.key, sourceKeys)}`,
        });
    }
}

function wordsOf(
  source: YamlEntry[],
  fromHere: (path: string) => string,
): { words: string[]; problems: YamlProblem[] } {
  const words: string[] = [];
  const problems: YamlProblem[] = [];
  for (const { key, line, value } of source) {
    if (key === 'path' && value.kind === 'text') words.push(fromHere(value.text));
    else if (key === 'urls' && value.kind === 'list') words.push(...value.items);
    else
      problems.push({
        line,
        message: `source.${key}: expected ${key === 'path' ? 'the path of a file' : 'a list of URLs'}`,
      });
  }
  return { words, problems };
}

type FlagContext = { flag: string; kind: Kind<unknown> | undefined; fromHere: (path: string) => string };

function givenOf(value: YamlValue, { flag, kind, fromHere }: FlagContext): unknown {
  switch (value.kind) {
    case 'text':
      return pathFlags.has(flag) ? fromHere(value.text) : value.text;
    case 'list':
      return value.items;
    case 'none':
      return null;
    case 'map': {
      if (kind === headers) return value.entries.map(headerLine);
      const texts = value.entries.map(({ key, value: inner }) => [key, inner.kind === 'text' ? inner.text : '']);
      return Object.fromEntries(texts) as unknown;
    }
  }
}

/** What stands deeper below a header's name is no value: the name alone is refused. */
function headerLine({ key, value }: YamlEntry): string {
  if (value.kind === 'text') return `${key}: ${value.text}`;
  return value.kind === 'none' ? `${key}:` : key;
}
