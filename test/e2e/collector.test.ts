import type { ChildProcess } from 'node:child_process';
import { readFile, stat, truncate } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { SinkSpec } from '@trawl/shared/domain/run.ts';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { collectorProcesses, ended } from '../support/collector-processes.ts';
import { appendOnlyFile, recordingOn, seqsIn, sizeOf, upTo } from '../support/collector-world.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { expectNoKeysLeft } from '../support/no-keys-left.ts';
import type { EmbeddedTestRedis } from '../support/redis-for-tests.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { runSpecOf } from '../support/run-for-tests.ts';
import { until } from '../support/until.ts';

let server: EmbeddedTestRedis;
let world: ReturnType<typeof frontierWorld>;
let recording: ReturnType<typeof recordingOn>;
const processes = collectorProcesses();

withRedisOfItsOwn((redis, given) => {
  server = given;
  world = frontierWorld(redis);
  recording = recordingOn(world);
});
const pathOf = withDirectory();
afterEach(() => processes.killAll());

const startCollector = (...args: string[]): ChildProcess => processes.start(server.url, args);

/** kill -9; and its lease is let go, for which a test need not wait. */
const killed = async (child: ChildProcess, run: string): Promise<void> => {
  await ended(child, 'SIGKILL');
  await world.redis.del(world.keys.owner(run));
};

const createRun = (run: string, ...sinks: SinkSpec[]) =>
  world.runs.create({ ...runSpecOf(run, { perHost: 1000 }), sinks });

const jsonl = (name: string): SinkSpec => ({ kind: 'jsonl', path: pathOf(name) });

describe('a collector of one run', () => {
  test('ends when the file holds every record, and leaves nothing in Redis but the ledger and the report', async () => {
    await createRun('a', jsonl('deep/out.jsonl'));
    await recording.record('a', { from: 0, to: 500, last: true });
    expect(await ended(startCollector('--run', 'a'))).toBe(0);
    expect(await seqsIn(pathOf('deep/out.jsonl'))).toEqual(upTo(500));
    await recording.expectExactCounters('a', 500);
    expect(await world.runs.status('a')).toMatchObject({ uncollected: 0, collectedAtMs: expect.any(Number) });
    const kept = /^\{t0\}:(runs|run:a|done:a|count:a|checkpoint:a|stats:a|failing:a|lag|backlog|window|wake|h:h)$/;
    await expectNoKeysLeft(world.redis, [kept]);
    expect(await ended(startCollector('--run', 'a'))).toBe(0);
  });

  test('ends for a run without a line', async () => {
    await createRun('a', jsonl('out.jsonl'));
    await recording.record('a', { from: 0, to: 0, last: true });
    expect(await ended(startCollector('--run', 'a'))).toBe(0);
    expect((await stat(pathOf('out.jsonl'))).size).toBe(0);
  });

  test('ends with 2 and says why when there is no such run, or its file was cut', async () => {
    expect(await ended(startCollector('--run', 'nobody'))).toBe(2);
    await createRun('a', jsonl('out.jsonl'));
    await recording.record('a', { from: 0, to: 10, last: true });
    await world.redis.hset(world.keys.sink('a'), 'state', JSON.stringify({ sinks: [{ bytes: 1000 }] }));
    const child = startCollector('--run', 'a');
    const said = text(child.stderr as Readable);
    expect(await ended(child)).toBe(2);
    expect(await said).toContain('out.jsonl has 0 bytes, but 1000 bytes of records were written to it');
  });

  test('writes records to its standard output, and no collector of all runs takes such a run', async () => {
    await createRun('out', { kind: 'jsonl', path: '-' });
    await createRun('file', jsonl('out.jsonl'));
    await recording.record('out', { from: 0, to: 100, last: true });
    const all = startCollector();
    await recording.record('file', { from: 0, to: 10, last: true });
    await until(() => recording.isCollected('file'));
    expect(await recording.isCollected('out')).toBe(false);
    const one = startCollector('--run', 'out');
    const seqs: number[] = [];
    if (!one.stdout) throw new Error('no stdout');
    for await (const line of createInterface({ input: one.stdout }))
      seqs.push((JSON.parse(line) as { seq: number }).seq);
    expect(await ended(one)).toBe(0);
    expect(seqs.toSorted((a, b) => a - b)).toEqual(upTo(100));
    expect(await ended(all, 'SIGTERM')).toBe(0);
  });

  test('stops with 2 when nobody reads its standard output, and loses nothing', async () => {
    await createRun('a', { kind: 'jsonl', path: '-' });
    const child = startCollector('--run', 'a');
    child.stdout?.destroy();
    await recording.record('a', { from: 0, to: 1000, last: true });
    expect(await ended(child)).toBe(2);
    expect((await world.runs.status('a'))?.uncollected).toBe(1000);
  });
});

describe('a collector of all runs', () => {
  test('takes runs that were there and runs that come, at the same time', async () => {
    await createRun('early', jsonl('early.jsonl'), jsonl('copy.jsonl.gz'));
    const child = startCollector();
    await recording.record('early', { from: 0, to: 50, last: false });
    await until(async () => (await world.runs.status('early'))?.uncollected === 0);
    await createRun('late', jsonl('late.jsonl'));
    await recording.record('late', { from: 0, to: 70, last: true });
    await until(() => recording.isCollected('late'));
    await recording.record('early', { from: 50, to: 100, last: true });
    await until(() => recording.isCollected('early'));
    expect(await seqsIn(pathOf('late.jsonl'))).toEqual(upTo(70));
    expect(await seqsIn(pathOf('early.jsonl'))).toEqual(upTo(100));
    expect(await seqsIn(pathOf('copy.jsonl.gz'))).toEqual(upTo(100));
    expect(await ended(child, 'SIGTERM')).toBe(0);
  });

  test('gives its runs up when it is told to stop, so that another goes on at once', async () => {
    await createRun('a', jsonl('out.jsonl'));
    await recording.record('a', { from: 0, to: 100, last: false });
    const first = startCollector();
    await until(async () => (await world.runs.status('a'))?.uncollected === 0);
    expect(await ended(first, 'SIGTERM')).toBe(0);
    expect(await world.redis.exists(world.keys.owner('a'))).toBe(0);
    await recording.record('a', { from: 100, to: 200, last: true });
    expect(await ended(startCollector('--run', 'a'))).toBe(0);
    expect(await seqsIn(pathOf('out.jsonl'))).toEqual(upTo(200));
    await recording.expectExactCounters('a', 200);
  });

  test('keeps the stream of a run that asked for it, for a time', async () => {
    await createRun('a', { kind: 'redis', maxRecords: 10_000, retentionMs: 3_600_000 }, jsonl('out.jsonl'));
    await recording.record('a', { from: 0, to: 1000, last: true });
    expect(await ended(startCollector('--run', 'a'))).toBe(0);
    const kept: string[] = [];
    for await (const chunk of readKeptRecords(world.redis, firstShard, 'a')) kept.push(...chunk);
    expect(kept).toEqual((await readFile(pathOf('out.jsonl'), 'utf8')).trim().split('\n'));
    expect(kept).toHaveLength(1000);
    expect(await world.redis.pttl(world.keys.outcomes('a'))).toBeGreaterThan(0);
  });
});

describe('each record is in the file once and counted once', () => {
  const lines = 2400;
  const step = 100;

  test.each(['out.jsonl', 'out.jsonl.gz'])('in %s, however often the collector is killed', async (name) => {
    await createRun('a', jsonl(name));
    let child = startCollector('--run', 'a');
    let kills = 0;
    for (let from = 0; from < lines; from += step) {
      const before = await sizeOf(pathOf(name));
      await recording.record('a', { from, to: from + step, last: from + step === lines });
      if (from % 400 !== 0) continue;
      await until(async () => (await sizeOf(pathOf(name))) > before);
      await killed(child, 'a');
      kills += 1;
      child = startCollector('--run', 'a');
    }
    expect(await ended(child)).toBe(0);
    expect(kills).toBe(6);
    expect(await seqsIn(pathOf(name))).toEqual(upTo(lines));
    await recording.expectExactCounters('a', lines);
  });

  test('when Redis comes back as it was some time ago', async () => {
    const total = 2000;
    await createRun('a', jsonl('out.jsonl'));
    const aof = await appendOnlyFile(server.dataDir);
    const begin = await sizeOf(aof);
    const child = startCollector('--run', 'a');
    const recordUpTo = async (end: number): Promise<void> => {
      for (let from = Number(await world.runs.checkpoint('a')); from < end; from += 100) {
        await recording.record('a', { from, to: from + 100, last: from + 100 === total });
        await until(async () => (await world.runs.status('a'))?.uncollected === 0);
      }
    };
    await recordUpTo(1500);
    await server.kill();
    await truncate(aof, Math.floor(begin + 0.6 * ((await sizeOf(aof)) - begin)));
    await server.restart();
    const checkpoint = Number(await world.runs.checkpoint('a'));
    expect(checkpoint).toBeGreaterThan(0);
    expect(checkpoint).toBeLessThan(1500);
    await recording.commitReleased();
    await recordUpTo(total);
    expect(await ended(child)).toBe(0);
    expect(await seqsIn(pathOf('out.jsonl'))).toEqual(upTo(total));
    await recording.expectExactCounters('a', total);
  });

  test('however often Redis is killed', async () => {
    await createRun('a', jsonl('out.jsonl'));
    const child = startCollector('--run', 'a');
    for (let from = 0; from < 3000; from += step) {
      const before = await sizeOf(pathOf('out.jsonl'));
      await recording.record('a', { from, to: from + step, last: from + step === 3000 });
      if (from % 1000 !== 500) continue;
      await until(async () => (await sizeOf(pathOf('out.jsonl'))) > before);
      await server.kill();
      await server.restart();
    }
    expect(await ended(child)).toBe(0);
    expect(await seqsIn(pathOf('out.jsonl'))).toEqual(upTo(3000));
    await recording.expectExactCounters('a', 3000);
  });
});
