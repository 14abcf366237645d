import { createHash } from 'node:crypto';
import { open, truncate, unlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readSourceIdentity, refuseChangedSource } from '../../apps/producer/src/source/source-identity.ts';
import { withSourceDirectory } from '../support/source-world.ts';

const directory = withSourceDirectory();

test('a file up to 256 MiB is known by its size and the sha256 of its content', async () => {
  const content = Buffer.alloc(1_000_001, 'http://a/\n');
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(await readSourceIdentity(await directory.write(content))).toEqual({ sizeBytes: 1_000_001, sha256 });
});

test('a source that is as it was goes on; one that changed or is gone is refused with both of its sizes', async () => {
  const path = await directory.write('http://a/\n');
  const spec = { kind: 'text', path, identity: await readSourceIdentity(path) } as const;
  await refuseChangedSource(spec);
  await writeFile(path, 'http://b/\n');
  await expect(refuseChangedSource(spec)).rejects.toMatchObject({
    name: 'UserError',
    message: `${path} has changed since the run began: its content differs`,
  });
  await writeFile(path, 'http://a/\nhttp://b/\n');
  await expect(refuseChangedSource(spec)).rejects.toThrow('it had 10 bytes and has 20');
  await unlink(path);
  await expect(refuseChangedSource(spec)).rejects.toThrow('does not exist');
});

test('sources without a file, or whose file is still growing, have nothing to compare', async () => {
  await expect(refuseChangedSource({ kind: 'urls', urls: ['http://a/'] })).resolves.toBeUndefined();
  await expect(refuseChangedSource({ kind: 'stdin', path: '/nowhere' })).resolves.toBeUndefined();
});

test('of a larger file its ends and blocks between them are compared', async () => {
  const path = await directory.write('');
  const sizeBytes = 300 * 1024 ** 2;
  await truncate(path, sizeBytes);
  const untouched = await readSourceIdentity(path);
  const file = await open(path, 'r+');
  for (const offset of [0, sizeBytes - 1, Math.floor((sizeBytes - 65_536) * (500 / 1023))]) {
    await file.write(Buffer.from('x'), 0, 1, offset);
    expect(await readSourceIdentity(path)).not.toEqual(untouched);
    await file.write(Buffer.from([0]), 0, 1, offset);
    expect(await readSourceIdentity(path)).toEqual(untouched);
  }
  await file.close();
});
