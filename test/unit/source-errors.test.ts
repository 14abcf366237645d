import { execFileSync } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readAll, withSourceDirectory } from '../support/source-world.ts';

const directory = withSourceDirectory();

const readText = (path: string) => readAll({ kind: 'text', path });
const refusal = (path: string, what: string) => ({
  name: 'UserError',
  exitCode: 2,
  message: expect.stringMatching(`^${path}.* ${what}`),
});

test('a missing file, a directory and a pipe are refused by name', async () => {
  const { path } = directory;
  await mkdir(`${path}/sub`);
  execFileSync('mkfifo', [`${path}/pipe`]);
  await expect(readText(`${path}/none`)).rejects.toMatchObject(refusal(`${path}/none`, 'does not exist'));
  await expect(readText(`${path}/sub`)).rejects.toMatchObject(refusal(`${path}/sub`, 'is a directory'));
  await expect(readText(`${path}/pipe`)).rejects.toMatchObject(refusal(`${path}/pipe`, 'is a pipe'));
});

test.skipIf(process.getuid?.() === 0)('a file without permission is refused by name', async () => {
  const path = await directory.write('http://a/');
  await chmod(path, 0);
  await expect(readText(path)).rejects.toMatchObject(refusal(path, 'may not be read'));
});

const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `http://h/${(i * 7919) % 100_003}\n`).join(''));

test.each([
  { name: 'gzip', packed: gzipSync(content) },
  { name: 'zstd', packed: zstdCompressSync(content) },
])('a $name file that is cut off or damaged is refused with the place', async ({ packed }) => {
  const cut = await directory.write(packed.subarray(0, packed.length - 20));
  await expect(readText(cut)).rejects.toMatchObject(refusal(cut, 'cut off near byte \\d+'));

  const hurt = Buffer.from(packed);
  hurt.fill(0xff, hurt.length >> 1, (hurt.length >> 1) + 64);
  const damaged = await directory.write(hurt);
  await expect(readText(damaged)).rejects.toMatchObject(refusal(damaged, 'is damaged near byte \\d+'));

  const trailed = await directory.write(Buffer.concat([packed, Buffer.from('http://left-over/\n')]));
  await expect(readText(trailed)).rejects.toMatchObject(refusal(trailed, 'is damaged near byte \\d+'));
});

test.each([
  { what: 'UTF-16', bytes: Buffer.from('\ufeffhttp://a/\n', 'utf16le') },
  { what: 'a xz file', bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) },
  { what: 'a zip file', bytes: Buffer.from([0x50, 0x4b, 3, 4, 20]) },
  { what: 'a bzip2 file', bytes: Buffer.from('BZh91AY&SY') },
])('$what is refused rather than read as a list of nonsense', async ({ what, bytes }) => {
  const path = await directory.write(bytes);
  await expect(readText(path)).rejects.toMatchObject(refusal(path, `is ${what}`));
});

test.each(['(', 'P', 'B', 'BZ', '\u001f'])(
  'a file that holds only %j is a list, though an archive may begin so',
  async (text) => {
    expect(await readText(await directory.write(text))).toMatchObject([{ text: text.trim(), line: 1 }]);
  },
);
