import { expect, test } from 'vitest';
import { codeIn, readFromRoot, readSourceFiles } from '../support/repository-files.ts';

type Manifest = Partial<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>>;

const manifests = readSourceFiles('package.json', '{apps,packages}/*/package.json').map(({ path, text }) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text) as Manifest;
  return { path, versions: { ...dependencies, ...devDependencies, ...optionalDependencies } };
});

test('docs/dependencies.md says of every dependency why it is there, and of no other', () => {
  const rows = readFromRoot('docs/dependencies.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const explained = rows.map((row) => codeIn(row)[0]);
  expect(manifests.length).toBeGreaterThan(4);
  expect(explained.toSorted()).toEqual([...new Set(manifests.flatMap(({ versions }) => Object.keys(versions)))].sort());
});

test('every version is exact, and one package has one version everywhere', () => {
  const asked = manifests.flatMap(({ path, versions }) =>
    Object.entries(versions).map((entry) => [path, ...entry] as const),
  );
  expect(asked.filter(([, , version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  const perPackage = Map.groupBy(asked, ([, name]) => name);
  const torn = [...perPackage].filter(([, uses]) => new Set(uses.map(([, , version]) => version)).size > 1);
  expect(torn).toEqual([]);
});

test('the lock names packages and hashes, not the host that they were fetched from', () => {
  const packages = JSON.parse(readFromRoot('package-lock.json')).packages as Record<string, { resolved?: string }>;
  const fetched = Object.values(packages).flatMap(({ resolved }) => (resolved?.includes('://') ? [resolved] : []));
  expect(fetched).toEqual([]);
});

test('the scripts are start, test, check, bench, chaos and docs, and no others', () => {
  const { scripts } = JSON.parse(readFromRoot('package.json')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).sort()).toEqual(['bench', 'chaos', 'check', 'docs', 'start', 'test']);
});
