import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../../support/fleet-world.ts';
import { until } from '../../support/until.ts';

const mount = (...args: string[]): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', ...args], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let disk: string;
let isMounted = false;

beforeAll(async () => {
  world = await startFleetWorld();
  disk = await mkdtemp(join(tmpdir(), 'trawl-disk-'));
  isMounted = mount('-o', 'size=64k', 'trawl-test', disk);
});
afterAll(async () => {
  await world.stop();
  if (isMounted) execFileSync('umount', [disk]);
  await rm(disk, { recursive: true });
});

test('a full disk makes the collector wait: it says so once, and the file is whole when there is room', async (context) => {
  if (!isMounted) context.skip('nothing may be mounted here');
  const lines = 3000;
  const path = join(disk, 'out.jsonl');
  const list = Array.from({ length: lines }, (_, i) => `no url ${i}`).join('\n');
  await world.createRun('a', list, {}, [{ kind: 'jsonl', path }]);
  world.start('producer', ['--run', 'a']);
  const collector = world.start('collector', ['--run', 'a'], { TRAWL_LOG_LEVEL: 'info' });
  const said = (message: string) => world.logOf(collector).split(message).length - 1;
  await until(() => said('sink refuses: trying again') > 0);
  expect((await world.status('a')).uncollected).toBeGreaterThan(0);
  execFileSync('mount', ['-o', 'remount,size=16m', disk]);
  expect(await endOf(collector)).toBe(0);
  const seqs = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(seqs.map((line) => (JSON.parse(line) as { seq: number }).seq).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: lines }, (_, seq) => seq),
  );
  expect([said('sink refuses: trying again'), said('sink takes records again')]).toEqual([1, 1]);
});
