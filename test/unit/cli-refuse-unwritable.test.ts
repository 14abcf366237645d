import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refuseUnwritable } from '../../apps/cli/src/refuse-unwritable.ts';

test('a place where no file can be made is refused, one whose directories are to be made is not', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'trawl-unwritable-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'file'), '');
  const check = (path: string) => refuseUnwritable([{ kind: 'jsonl', path }]);
  await check(join(dir, 'file'));
  await check(join(dir, 'new', 'deep', 'out.jsonl'));
  await check('-');
  await expect(check(join(dir, 'file', 'out.jsonl'))).rejects.toThrow('out.jsonl cannot be written: ENOTDIR');
});
