import { dirname, resolve } from 'node:path';
import { readSettings, type SettingsTable } from '@trawl/shared/domain/setting.ts';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Document, type Node, type Pair, parseDocument } from 'yaml';
import { didYouMean } from '../command-line/nearest-word.ts';

/** What a crawl file says: flag -> text, texts or boolean, as readSettings takes it. */
export type CrawlFile = {
  file: Record<string, unknown>;
  /** `source.path` or `source.urls`; paths are absolute, `-` stays. */
  sourceWords: string[];
  /** `crawl.yaml:12: per-host: expected ..., got "abc"`, in the order of the lines. */
  problems: string[];
};

/** Keys below `source:`; all but the first two are flags as well. */
const sourceKeys = new Map([['path', undefined], ['urls', undefined], ['kind', 'format'], ['column', 'column'], ['field', 'field']]);

/** Flags that name a file: relative to the crawl file, so that it means the same from everywhere. */
const pathFlags = new Set(['out', 'data-dir']);

/**
 * Reads a crawl file against the table of flags. A scalar is taken as its text, as if it stood behind the flag; keys are
 * data: none is special. All problems are reported at once.
 * @param source.name the file's name for messages
 * @param source.path absolute
 */
export const readCrawlFile = (table: SettingsTable, source: { name: string; path: string; text: string }): CrawlFile => {
  const lineCounter = new LineCounter();
  const document = parseDocument(source.text, { lineCounter });
  const lineOf = (node: unknown): number => lineCounter.linePos((node as Node | undefined)?.range?.[0] ?? 0).line;
  const found: { line: number; message: string }[] = [];
  const complain = (line: number, message: string) => void found.push({ line, message });
  const file = new Map<string, { value: unknown; line: number }>();
  const sourceWords: string[] = [];
  const fromHere = (path: string): string => (path === '-' ? path : resolve(dirname(source.path), path));

  const take = (flag: string, pair: Pair): void => {
    const line = lineOf(pair.key);
    const value = plainValue(pair.value, document);
    if (value === undefined) complain(line, `${flag}: expected a value, found none`);
    else file.set(flag, { line, value: pathFlags.has(flag) && typeof value === 'string' ? fromHere(value) : value });
  };
  const takeSource = (pair: Pair): void => {
    const key = keyOf(pair);
    const line = lineOf(pair.key);
    if (!sourceKeys.has(key)) return complain(line, `source.${key}: unknown key${didYouMean(key, sourceKeys.keys())}`);
    const flag = sourceKeys.get(key);
    if (flag !== undefined) return take(flag, pair);
    const value = plainValue(pair.value, document);
    if (key === 'path' && typeof value === 'string') sourceWords.push(fromHere(value));
    else if (key === 'urls' && Array.isArray(value)) sourceWords.push(...(value as string[]));
    else complain(line, `source.${key}: expected ${key === 'path' ? 'the path of a file' : 'a list of URLs'}`);
  };

  for (const { message, pos } of document.errors) complain(lineCounter.linePos(pos[0]).line, message.split('\n')[0]?.replace(/ at line .*$/, '') ?? message);
  const flags = new Set(Object.values(table).map(({ flag }) => flag));
  for (const flag of [...sourceKeys.values(), 'crawl']) if (flag !== undefined) flags.delete(flag);
  for (const pair of pairsOf(document.contents, document) ?? []) {
    const key = keyOf(pair);
    const line = lineOf(pair.key);
    if (flags.has(key)) take(key, pair);
    else if (key !== 'source') complain(line, `${key}: ${unknownKey(key, flags)}`);
    else if (typeof plainValue(pair.value, document) === 'string') sourceWords.push(fromHere(String(plainValue(pair.value, document))));
    else for (const inner of pairsOf(pair.value, document) ?? []) takeSource(inner);
  }
  if (document.contents !== null && pairsOf(document.contents, document) === undefined) complain(1, 'expected `key: value` lines');

  const given = Object.fromEntries([...file].map(([flag, { value }]) => [flag, value]));
  for (const { flag, message } of readSettings(table, { file: given }).problems)
    complain(file.get(flag)?.line ?? 1, `${flag}: ${message}`);
  const problems = found.sort((a, b) => a.line - b.line).map(({ line, message }) => `${source.name}:${line}: ${message}`);
  return { file: given, sourceWords, problems };
};
