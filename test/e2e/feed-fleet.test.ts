import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { RunSpec, SourceSpec } from '@trawl/shared/domain/run.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { runSpecOf } from '../support/run-for-tests.ts';
import { until } from '../support/until.ts';

let fleet: Awaited<ReturnType<typeof startFleetWorld>>;
let world: ReturnType<typeof frontierWorld>;
let redis: Redis;

beforeAll(async () => {
  fleet = await startFleetWorld();
  redis = await fleet.redis.connect();
  world = frontierWorld(redis);
});
afterEach(() => fleet.clear());
afterAll(() => fleet.stop());

const urls = (n: number): string => Array.from({ length: n }, (_, i) => `http://h${i % 7}.invalid/${i}\n`).join('');

/** A run that is left to the fleet. Sources are files of the directory. */
const leave = async (run: string, source: SourceSpec): Promise<RunSpec> => {
  const spec: RunSpec = { ...runSpecOf(run), source, fedBy: 'fleet' };
  await world.runs.create(spec);
  return spec;
};

const fileOf = async (name: string, content: string): Promise<string> => {
  const path = join(fleet.directory, name);
  await writeFile(path, content);
  return path;
};

const isFed = (run: string) =>
  until(async () => (await fleet.status(run)).state !== 'feeding' && !(await world.runs.toFeed()).includes(run));

test('every run that is left to the fleet is read once, by whichever producer', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `run-${i}`);
  for (const run of names.slice(0, 6)) await leave(run, { kind: 'text', path: await fileOf(`${run}.txt`, urls(2000)) });
  fleet.start('producer');
  fleet.start('producer');
  for (const run of names.slice(6)) await leave(run, { kind: 'text', path: await fileOf(`${run}.txt`, urls(2000)) });
  for (const run of names) {
    await isFed(run);
    expect(await fleet.status(run)).toMatchObject({ pushed: 2000 });
  }
  const statuses = await Promise.all(names.map((run) => fleet.status(run)));
  expect(statuses.map(({ classes }) => classes)).toEqual(names.map(() => ({})));
});

test('a producer that was told to feed another run, or only to feed, leaves the runs of the fleet alone', async () => {
  const path = await fileOf('list.txt', urls(10));
  await leave('left', { kind: 'text', path });
  await world.runs.create({ ...runSpecOf('own'), source: { kind: 'text', path } });
  await world.runs.create({ ...runSpecOf('other'), source: { kind: 'text', path } });
  await once(fleet.start('producer', ['--run', 'own', '--ingest-only']), 'exit');
  fleet.start('producer', ['--run', 'other']);
  await isFed('other');
  expect((await fleet.status('left')).state).toBe('feeding');
});

test.each<[string, (path: string) => SourceSpec, RegExp]>([
  ['is missing', (path) => ({ kind: 'text', path: `${path}.not` }), /list\.not does not exist/],
  ['has no such column', (path) => ({ kind: 'csv', path, column: 'link' }), /no column "link"/],
])('a run whose source %s ends with what was read, and says why', async (_what, source, problem) => {
  await leave('bad', source(await fileOf('list', 'name,url\nx,http://h.invalid/\n')));
  fleet.start('producer', [], { TRAWL_LOG_LEVEL: 'fatal' });
  const status = await fleet.finished('bad');
  expect(status.problem).toMatch(problem);
  expect([status.pushed, status.classes]).toEqual([0, {}]);
  await leave('good', { kind: 'text', path: await fileOf('good.txt', urls(3)) });
  await isFed('good');
});

test('a run whose source has changed since it began ends with what was read, and says so', async () => {
  const path = await fileOf('list.txt', urls(20_000));
  await leave('changed', { kind: 'text', path });
  const first = fleet.start('producer', [], { TRAWL_BACKLOG: '64KiB' });
  await until(async () => (await fleet.status('changed')).pushed > 0);
  await endOf(first, 'SIGTERM');
  const { pushed } = await fleet.status('changed');
  await appendFile(path, 'http://h.invalid/more\n');
  fleet.start('producer', [], { TRAWL_LOG_LEVEL: 'fatal' });
  await isFed('changed');
  expect((await fleet.status('changed')).problem).toContain('has changed');
  expect(await fleet.status('changed')).toMatchObject({ pushed, state: 'draining' });
});

test('when the producer that feeds a run is killed, another one goes on exactly where it was', async () => {
  await leave('long', { kind: 'text', path: await fileOf('list.txt', urls(20_000)) });
  const first = fleet.start('producer', [], { TRAWL_BACKLOG: '64KiB' });
  await until(async () => (await fleet.status('long')).pushed > 0);
  await endOf(first, 'SIGKILL');
  const { pushed } = await fleet.status('long');
  expect(pushed).toBeLessThan(20_000);
  await redis.del(world.keys.feeder('long')); // its lease would expire
  fleet.start('producer');
  await isFed('long');
  expect(await fleet.status('long')).toMatchObject({ pushed: 20_000, recorded: 0 });
  expect(await fleet.status('long')).not.toHaveProperty('problem');
});

test('while a producer holds the lease of a run, another one keeps off it', async () => {
  await redis.set(world.keys.feeder('held'), 'somebody');
  await leave('held', { kind: 'text', path: await fileOf('held.txt', urls(10)) });
  await leave('free', { kind: 'text', path: await fileOf('free.txt', urls(10)) });
  fleet.start('producer');
  await isFed('free');
  expect((await fleet.status('held')).pushed).toBe(0);
});

test('a source that turns out to be damaged ends the run behind what could be read of it', async () => {
  const whole = gzipSync(urls(60_000), { level: 1 });
  const path = join(fleet.directory, 'list.gz');
  await writeFile(path, whole.subarray(0, whole.length - 1000));
  await leave('damaged', { kind: 'text', path });
  fleet.start('producer', [], { TRAWL_LOG_LEVEL: 'fatal' });
  await isFed('damaged');
  const { problem, pushed, state } = await fleet.status('damaged');
  expect(problem).toContain('list.gz');
  expect(pushed).toBeGreaterThan(10_000);
  expect(pushed).toBeLessThan(60_000);
  expect(state).toBe('draining');
});
