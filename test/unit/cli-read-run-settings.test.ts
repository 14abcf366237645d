import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Invocation } from '../../apps/cli/src/commands/command.ts';
import { readRunSettings } from '../../apps/cli/src/read-run-settings.ts';
import { shellForTests } from '../support/shell-for-tests.ts';

const wishOf = async (
  crawl: string,
  given: { flags?: Record<string, unknown>; variables?: Record<string, string> },
) => {
  const directory = await mkdtemp(join(tmpdir(), 'trawl-crawl-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'crawl.yaml');
  await writeFile(path, crawl);
  const { shell } = shellForTests({ variables: given.variables ?? {} });
  const invocation: Invocation = { name: 'run', shell, words: [], flags: { crawl: path, ...given.flags } };
  return readRunSettings(invocation);
};

const opensAll = 'allow-private: 0.0.0.0/0\nconcurrency: 7\n';

test('a crawl file does not open for children what a variable keeps closed', async () => {
  const { settings, given } = await wishOf(opensAll, { variables: { TRAWL_ALLOW_PRIVATE: '10.0.0.0/8' } });
  expect(settings.allowPrivate).toEqual(['10.0.0.0/8']);
  expect(given['allow-private']).toBeUndefined();
  expect(given['concurrency']).toBe('7');
});

test('flags win over both, and what only the file says counts', async () => {
  const variables = { TRAWL_ALLOW_PRIVATE: '10.0.0.0/8' };
  const byFlag = await wishOf(opensAll, { variables, flags: { 'allow-private': '127.0.0.0/8' } });
  expect([byFlag.settings.allowPrivate, byFlag.given['allow-private']]).toEqual([['127.0.0.0/8'], '127.0.0.0/8']);
  const byFile = await wishOf(opensAll, {});
  expect([byFile.settings.allowPrivate, byFile.given['allow-private']]).toEqual([['0.0.0.0/0'], '0.0.0.0/0']);
});
