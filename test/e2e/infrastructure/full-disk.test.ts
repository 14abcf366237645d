import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../../support/fleet-world.ts';
import { makeSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { until } from '../../support/until.ts';

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let disk: SmallDisk;

beforeAll(async () => {
  world = await startFleetWorld();
  disk = await makeSmallDisk(await mkdtemp(join(tmpdir(), 'trawl-disk-')));
});
afterAll(async () => {
  await world.stop();
  await disk.remove();
  await rm(disk.path, { recursive: true });
});

test('a full disk makes the collector wait: it says so once, and the file is whole when there is room', async (context) => {
  if (!disk.isItsOwn) context.skip('nothing may be mounted here');
  await disk.shrinkTo(64 * 1024);
  const lines = 3000;
  const path = join(disk.path, 'out.jsonl');
  const list = Array.from({ length: lines }, (_, i) => `no url ${i}`).join('\n');
  await world.createRun('a', list, {}, [{ kind: 'jsonl', path }]);
  world.start('producer', ['--run', 'a']);
  const collector = world.start('collector', ['--run', 'a'], { TRAWL_LOG_LEVEL: 'info' });
  const said = (message: string) => world.logOf(collector).split(message).length - 1;
  await until(() => said('sink refuses: trying again') > 0);
  expect((await world.status('a')).uncollected).toBeGreaterThan(0);
  await disk.giveBack();
  expect(await endOf(collector)).toBe(0);
  const seqs = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(seqs.map((line) => (JSON.parse(line) as { seq: number }).seq).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: lines }, (_, seq) => seq),
  );
  expect([said('sink refuses: trying again'), said('sink takes records again')]).toEqual([1, 1]);
});
