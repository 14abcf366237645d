import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readFromRoot } from '../support/repository-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = readFromRoot('Dockerfile');
const instructions = dockerfile.replaceAll('\\\n', ' ').split('\n');
const argumentsOf = (name: string): string[] =>
  instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

test('the image has no build stage and begins with the Node of the repository', () => {
  const { optionalDependencies = {} } = JSON.parse(readFromRoot('package.json')) as {
    optionalDependencies?: Record<string, string>;
  };
  const majors = new Set(Object.values(optionalDependencies).map((version) => version.split('.')[0]));
  expect(argumentsOf('FROM')).toHaveLength(1);
  expect([...majors].map((major) => `NODE_IMAGE=node:${major}-slim`)).toEqual(argumentsOf('ARG'));
});

test('the image runs trawl below an init, as a user without rights, and says whether it is well', () => {
  expect(argumentsOf('USER')).toEqual(['1000:1000']);
  expect(argumentsOf('ENTRYPOINT')).toEqual(['["tini", "--", "trawl"]']);
  expect(argumentsOf('HEALTHCHECK').join()).toContain('/app/scripts/container-health.mjs');
});

test('the image installs the packages of every app, and none that only development needs', () => {
  const manifests = globSync('{packages,apps}/*/package.json', { cwd: root }).sort();
  const copied = argumentsOf('COPY').flatMap((copy) => /^(\S+\/package\.json) \S+\/$/.exec(copy)?.[1] ?? []);
  expect(manifests.length).toBeGreaterThan(4);
  expect(copied.toSorted()).toEqual(manifests);
  expect(argumentsOf('RUN').join()).toContain('npm ci --omit=dev --omit=optional');
});

test('only what the image copies is sent to the engine', () => {
  const [first, ...rest] = readFromRoot('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const sent = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const sources = argumentsOf('COPY').flatMap((copy) => copy.split(' ').slice(0, -1));
  const isSent = (source: string) => sent.some((path) => source === path || source.startsWith(`${path}/`));
  const isCopied = (path: string) => sources.some((source) => source === path || source.startsWith(`${path}/`));
  expect(first).toBe('*');
  expect(rest).toContain('**/node_modules');
  expect(sources.filter((source) => !isSent(source))).toEqual([]);
  expect(sent.filter((path) => !isCopied(path))).toEqual([]);
});
