import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { codeIn, readFromRoot, readSourceFiles, type SourceFile, tableOf } from '../support/repository-files.ts';

const architecture = readFromRoot('ARCHITECTURE.md');
const files = readSourceFiles('apps/**/*.{ts,js}', 'packages/**/*.{ts,js}');
const all = [...files, ...readSourceFiles('{test,bench,examples,docs,scripts}/**/*.{ts,js,mjs}')];

const isOurs = (imported: string) => /^(apps|packages|test|bench|examples|docs|scripts)\//.test(imported);
const isWithin = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

/** The part of the path that a row's folder stands for: `apps/*` is `apps/worker` in apps/worker/src/queue.ts. */
const standsFor = (folder: string, path: string) =>
  new RegExp(`^${folder.replaceAll('*', '[^/]+')}(?=/)`).exec(path)?.[0];

const rules = tableOf(architecture, 'folder')
  .map(([folder = '', may = '']) => ({ folder: codeIn(folder)[0] ?? '', may }))
  .sort((a, b) => b.folder.length - a.folder.length);

/** Every import of the file that its row does not allow. */
const forbiddenIn = (file: SourceFile): string[] => {
  const rule = rules.find(({ folder }) => standsFor(folder, file.path));
  if (!rule) return ['no row of the table is about this file'];
  const app = file.path.split('/').slice(0, 2).join('/');
  const named = codeIn(rule.may).map((allowed) => (allowed.startsWith('src/') ? `${app}/${allowed}` : allowed));
  const ownFolder = standsFor(rule.folder, file.path) ?? '';
  return file.imports.filter((imported) => {
    if (named.some((allowed) => isWithin(allowed, imported))) return false;
    return isOurs(imported) ? !isWithin(ownFolder, imported) : !rule.may.includes('libraries');
  });
};

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm, '');

const offences = (offencesOf: (file: SourceFile) => string[], among = files) =>
  among.flatMap((file) => offencesOf(file).map((offence) => `${file.path}: ${offence}`));

test('every folder imports only what its row in ARCHITECTURE.md allows', () => {
  expect(files.length).toBeGreaterThan(20);
  expect(offences(forbiddenIn)).toEqual([]);
});

test('a library is imported by its owner files only', () => {
  const owners = new Map(
    tableOf(architecture, 'library').map(([name = '', cell = '']) => [codeIn(name)[0], codeIn(cell)]),
  );
  const isForeign = (file: SourceFile) => (imported: string) => {
    if (isOurs(imported) || imported.startsWith('node:')) return false;
    const allowed = owners.get(imported);
    if (allowed === undefined) return true; // a library without a row
    return allowed.length > 0 && !allowed.some((owner) => isWithin(owner, file.path));
  };
  expect(offences((file) => file.imports.filter(isForeign(file)))).toEqual([]);
});

test('only main.ts, platform/ and the bin of the CLI touch the process, the clock and chance', () => {
  const mayTouch = /\/main\.ts$|^packages\/shared\/src\/platform\/|^apps\/cli\/bin\//;
  const touches = /(?<![-./\w])process\.[a-z]\w*|'(?:node:)?process'|new Date\(\)|\bDate\.now\b|\bMath\.random\b/g;
  const touched = ({ path, text }: SourceFile) =>
    mayTouch.test(path) ? [] : (withoutComments(text).match(touches) ?? []);
  expect(offences(touched)).toEqual([]);
});

test('no file passes on what another exports', () => {
  const passedOn = /^export .*\sfrom '.*/gm;
  expect(offences(({ text }) => withoutComments(text).match(passedOn) ?? [])).toEqual([]);
});

test('a file is named after an act or a thing', () => {
  const emptyNames = /^(utils?|helpers?|common|misc|managers?|services?|types?|index)\./;
  expect(offences(({ path }) => (emptyNames.test(basename(path)) ? ['this name says nothing'] : []), all)).toEqual([]);
});

test('no source file has more than 250 lines', () => {
  const lines = (text: string) => text.trimEnd().split('\n').length;
  expect(offences(({ text }) => (lines(text) > 250 ? [`${lines(text)} lines`] : []), all)).toEqual([]);
});
