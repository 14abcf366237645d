import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { isDiskTrouble } from '@trawl/shared/platform/disk-trouble.ts';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { silentLog } from '@trawl/shared/platform/silent-log.ts';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { watchDataDirectory } from '../../../apps/cli/src/progress/watch-data-directory.ts';
import { openStdinSpool } from '../../../apps/producer/src/source/stdin-spool.ts';
import { nobody, spawnTrawl } from '../../support/chaos/trawl-run.ts';
import { killServerOf } from '../../support/leftover-servers.ts';
import { makeSmallDisk } from '../../support/small-disk.ts';
import { until } from '../../support/until.ts';

const run = promisify(execFile);

const smallDisk = async ({ skip }: TestContext) => {
  const disk = await makeSmallDisk(await mkdtemp(join(tmpdir(), 'trawl-full-')));
  onTestFinished(async () => {
    await disk.remove();
    await rm(disk.path, { recursive: true, force: true });
  });
  if (!disk.isItsOwn) skip('no disk can be mounted here');
  return disk;
};

/** What is said, by a log or to the user. */
const listener = () => {
  const said: string[] = [];
  const say = (_fields: unknown, message?: string): void => void said.push(message ?? '');
  return { said, log: { ...silentLog, error: say, info: say }, notice: (text: string) => void said.push(text) };
};

test('what comes on stdin while the disk is full is kept when there is room, every byte once', async (context) => {
  const disk = await smallDisk(context);
  const { said, log } = listener();
  const input = new PassThrough();
  const path = join(disk.path, 'spool');
  const spool = await openStdinSpool({ input, path, log });
  const lines = Array.from({ length: 10_000 }, (_, i) => `http://h/${i}\n`).join('');
  await disk.shrinkTo(20_000);
  input.end(lines);
  await until(() => said.length > 0);
  await disk.giveBack();
  await spool.complete;
  expect(await readFile(path, 'utf8')).toBe(lines);
  expect(said).toEqual(['stdin cannot be kept: waiting', 'stdin is kept again']);
});

test('an embedded Redis is left running by who cannot take its lock on a full disk, and the next one stops it', async (context) => {
  const disk = await smallDisk(context);
  onTestFinished(() => killServerOf(disk.path));
  const first = await openEmbeddedRedis({ dataDir: disk.path });
  await disk.shrinkTo(0);
  await first.close();
  await disk.giveBack();
  const next = await openEmbeddedRedis({ dataDir: disk.path });
  expect(next.started).toBe(false);
  await next.close();
  await expect(readFile(join(disk.path, 'redis', 'endpoint.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('an embedded Redis that may not write its file says so, and is started when it may', async (context) => {
  const disk = await smallDisk(context);
  const embedded = await openEmbeddedRedis({ dataDir: disk.path });
  onTestFinished(() => embedded.close());
  const files = join(disk.path, 'redis', 'appendonlydir');
  const change = (flag: '+i' | '-i') =>
    run('chattr', ['-R', flag, files]).then(
      () => true,
      () => false,
    );
  if (!(await change('+i'))) context.skip('no file can be made immutable here');
  process.kill(embedded.redisPid ?? 0, 'SIGKILL');
  await until(() => !embedded.isAlive());
  const refusal = await embedded.ensureAlive().catch((error: unknown) => error);
  await change('-i');
  expect(isDiskTrouble(refusal)).toBe(true);
  expect(await embedded.ensureAlive()).toBe(true);
});

test('the user is told when the disk of the data directory is full, and when it has room', async (context) => {
  const disk = await smallDisk(context);
  const { said, notice } = listener();
  const stop = new AbortController();
  await disk.shrinkTo(1000);
  const watching = watchDataDirectory(disk.path, { notice, stop: stop.signal });
  await until(() => said.length === 1);
  await disk.giveBack();
  await until(() => said.length === 2);
  stop.abort();
  await watching;
  expect(said).toEqual([
    expect.stringContaining(`no room is left for ${disk.path}`),
    'The data directory can be written again.',
  ]);
});

test('the user is told that a right is missing, also where another trouble was told of', async () => {
  const { said, notice } = listener();
  const stop = new AbortController();
  const troubles = ['no room is left for d', 'EACCES: d/bodies', 'EACCES: d/bodies'];
  const troubleOf = async () => {
    const trouble = troubles.shift();
    if (trouble === undefined) stop.abort();
    return trouble;
  };
  await watchDataDirectory('d', { notice, stop: stop.signal, troubleOf, pause: async () => undefined });
  expect(said.map((text) => /no room|EACCES|again/.exec(text)?.[0])).toEqual(['no room', 'EACCES', 'again']);
});

test('who has no right to the data directory or to the file of records is told which with 2, before anything begins', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'trawl-closed-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await chmod(dir, 0o555);
  const end = async (dataDir: string, out: string) => {
    const child = spawnTrawl(['run', 'http://127.0.0.1:2/', '--out', out], { TRAWL_DATA_DIR: dataDir }, nobody());
    const [said, [code]] = await Promise.all([child.stderr ? text(child.stderr) : '', once(child, 'exit')]);
    return `${code}: ${said}`;
  };
  const [own, records] = [join(dir, 'own'), join(dir, 'records.jsonl')];
  const [withoutDirectory, withoutRecords] = await Promise.all([end(own, '-'), end(join(tmpdir(), 'o'), records)]);
  expect(withoutDirectory).toMatch(new RegExp(`^2: ${own}.* EACCES`));
  expect(withoutRecords).toMatch(new RegExp(`^2: ${records} cannot be written: EACCES`));
});
