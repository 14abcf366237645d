import { readFile } from 'node:fs/promises';
import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { pretendHosts } from '../support/pretend-web/pretend-hosts.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: Awaited<ReturnType<typeof startPretendWeb>>;

beforeEach(async () => {
  [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
});
afterEach(async () => {
  await world.stop();
  await web.close();
});

const hosts = pretendHosts(10);
const lines = 600;

/** One in six fails twice before it answers, one in six is not there. */
const list = (): string =>
  Array.from({ length: lines }, (_, i) => {
    const path =
      [`/flaky?id=${i}&fails=2&status=500&delay=20`, `/status/404?delay=20&id=${i}`][i % 6] ?? `/ok?delay=20&id=${i}`;
    return `http://${hosts[i % hosts.length]}:${web.port}${path}`;
  }).join('\n');

const expected = { ok: 500, 'http-error': 100 };

/** The ledger bit by bit, and nothing left on the way. */
const expectAllRecorded = async (run: string): Promise<void> => {
  const status = await world.finished(run);
  expect(status.classes).toEqual(expected);
  const redis = await world.redis.connect();
  expect(await readLedger(redis, firstShard, run, lines)).toEqual({ bitsSet: lines, missing: [], missingCount: 0 });
  const keys = keysOf(firstShard);
  expect(await redis.hlen(keys.released)).toBe(0);
  expect(await redis.hget(keys.backlog, 'lines')).toBe('0');
};

/** Every seq once in the file, in whatever order. */
const expectFileComplete = async (run: string): Promise<void> => {
  const text = await readFile(world.outputOf(run), 'utf8');
  const seqs = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: lines }, (_, i) => i));
};

test('kill -9 of workers loses nothing and records nothing twice', async () => {
  await world.createRun('a', list(), { backoffMs: 20 });
  const collector = world.start('collector', ['--run', 'a']);
  world.start('producer', ['--run', 'a']);
  const first = world.start('worker');
  const second = world.start('worker');
  await world.recorded('a', 100);
  expect(await endOf(first, 'SIGKILL')).toBe('SIGKILL');
  world.start('worker');
  await world.recorded('a', 250);
  await endOf(second, 'SIGKILL');
  await expectAllRecorded('a');
  expect(await ended(collector)).toBe(0);
  await expectFileComplete('a');
});

test('kill -9 of the producer: another goes on where it was, and jobs that it had released but not added come back', async () => {
  await world.createRun('a', list(), { backoffMs: 20 });
  world.start('worker');
  const producer = world.start('producer', ['--run', 'a']);
  await world.recorded('a', 50);
  await endOf(producer, 'SIGKILL');
  world.start('producer', ['--run', 'a']);
  await expectAllRecorded('a');
});

test('kill -9 of the collector: the file holds every record once', async () => {
  await world.createRun('a', list(), { backoffMs: 20 });
  world.start('producer', ['--run', 'a']);
  world.start('worker');
  const killed = world.start('collector', ['--run', 'a']);
  await world.recorded('a', 200);
  await endOf(killed, 'SIGKILL');
  const collector = world.start('collector', ['--run', 'a']);
  await expectAllRecorded('a');
  expect(await ended(collector)).toBe(0);
  await expectFileComplete('a');
});

test('kill -9 of Redis: the fleet goes on when it is back', async () => {
  await world.createRun('a', list(), { backoffMs: 20 });
  const collector = world.start('collector', ['--run', 'a']);
  world.start('producer', ['--run', 'a']);
  world.start('worker');
  await world.recorded('a', 150);
  await world.redis.kill();
  await world.redis.restart();
  await expectAllRecorded('a');
  expect(await ended(collector)).toBe(0);
  await expectFileComplete('a');
});

test('a worker that is told to stop hands its URLs back without costing them an attempt', async () => {
  const slow = Array.from({ length: 200 }, (_, i) => `http://${hosts[i % 10]}:${web.port}/ok?delay=400&id=${i}`);
  await world.createRun('a', slow.join('\n'), { perHost: 20 });
  world.start('producer', ['--run', 'a']);
  const worker = world.start('worker', [], { TRAWL_GRACE: '0s' });
  await web.arrivals.reached(100);
  expect(await endOf(worker, 'SIGTERM')).toBe(0);
  const redis = await world.redis.connect();
  expect(await redis.llen(`${firstShard.prefix}fetch:active`)).toBe(0);
  world.start('worker');
  expect((await world.finished('a')).classes).toEqual({ ok: 200 });
  const entries = await redis.xrange(keysOf(firstShard).outcomes('a'), '-', '+');
  const records = entries.flatMap(([, fields]) => fields.filter((_, i) => i % 2 === 1 && fields[0] !== 'end'));
  expect(records.map((json) => (JSON.parse(json) as { attempts: number }).attempts)).toEqual(Array(200).fill(1));
});

async function ended(child: ReturnType<typeof world.start>): Promise<number | null> {
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return child.exitCode;
}
