import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A source file of the repository: its path from the root, and what it imports. */
export type SourceFile = { path: string; text: string; imports: string[] };

const root = join(import.meta.dirname, '../..');

/** Files that match, without packages and with paths that use `/`. */
export const readSourceFiles = (...patterns: string[]): SourceFile[] =>
  globSync(patterns, { cwd: root, exclude: (name) => /(^|\/)node_modules(\/|$)/.test(name) })
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });

export const readFromRoot = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Rows of the Markdown table whose head begins with the given name; a cell is its text. */
export const tableOf = (markdown: string, firstColumn: string): string[][] => {
  const lines = markdown.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`));
  if (head === -1) throw new Error(`no table with the first column "${firstColumn}"`);
  const rows = lines.slice(head + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end === -1 ? undefined : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};

/** What stands between backticks. */
export const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/**
 * Code that a file imports: our own files as paths from the root, everything else as the package's name (`node:fs` stays
 * as it is). JSON is no code.
 */
function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(/^\s*(?:import|export|\}).*?\sfrom '([^']+)'|\bimport\(?\s*'([^']+)'/gm)];
  const names = specifiers.map(([, from, bare]) => from ?? bare ?? '').filter((name) => !name.endsWith('.json'));
  return names.map((specifier) => {
    if (specifier.startsWith('.')) return join(dirname(path), specifier);
    if (specifier.startsWith('@trawl/shared/')) return specifier.replace('@trawl/shared', 'packages/shared/src');
    return specifier.startsWith('node:') ? specifier : packageOf(specifier);
  });
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
