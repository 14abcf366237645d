import { type FileHandle, mkdir, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { silentLogger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { claimFile, FileTaken } from '../../apps/collector/src/sink/file-claim.ts';
import { FileChanged, openJsonlSink } from '../../apps/collector/src/sink/jsonl-sink.ts';
import { openPatiently } from '../../apps/collector/src/sink/patient-sink.ts';
import type { OpenSink } from '../../apps/collector/src/sink/sink.ts';
import { closing, deliver, newDelivery, writeAndFlush } from '../support/deliver-to-sink.ts';
import { batchOf, recordOf } from '../support/outcomes-for-tests.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

let server: TestRedis;
let redis: Redis;
let dir: string;

beforeAll(async () => {
  server = await startTestRedis();
  redis = await server.connect();
});
afterAll(() => server.stop());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trawl-file-sink-'));
});
afterEach(() => rm(dir, { recursive: true }));

const unclaimed = async () => {};
const fileNamed = (name: string) => openJsonlSink(join(dir, name), unclaimed);
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const recordsUpTo = (n: number): string[] => Array.from({ length: n }, (_, seq) => recordOf(seq));

describe('a file', () => {
  test('that cannot be there yet is made, with its directories', async () => {
    await using sink = closing(await fileNamed('deep/er/out.jsonl')(undefined));
    await writeAndFlush(sink, 0, 1);
    expect(await readFile(join(dir, 'deep/er/out.jsonl'), 'utf8')).toBe(`${recordOf(0)}\n`);
  });

  test('keeps what it held before the run, each on a line of its own', async () => {
    await writeFile(join(dir, 'out.jsonl'), 'other');
    const acknowledged = await newDelivery(fileNamed('out.jsonl'));
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 1, lines: 2, dieAfter: 'flush' });
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 2, lines: 2 });
    expect(await readFile(join(dir, 'out.jsonl'), 'utf8')).toBe(`other\n${recordOf(0)}\n${recordOf(1)}\n`);
  });

  test.each(['out.jsonl', 'out.jsonl.gz'])(
    '%s is cut back to what was acknowledged as soon as it is opened',
    async (name) => {
      const acknowledged = await newDelivery(fileNamed(name));
      await deliver(fileNamed(name), acknowledged, { size: 2, lines: 9 });
      const { size } = await stat(join(dir, name));
      await deliver(fileNamed(name), acknowledged, { size: 7, lines: 9, dieAfter: 'flush' });
      expect((await stat(join(dir, name))).size).toBeGreaterThan(size);
      await deliver(fileNamed(name), acknowledged, { size: 0, lines: 9 });
      expect((await stat(join(dir, name))).size).toBe(size);
    },
  );

  test('is synced to its disk before its state counts what was written', async () => {
    const opened = await open(join(dir, 'other'), 'w');
    const sync = vi.spyOn(Object.getPrototypeOf(opened) as FileHandle, 'datasync');
    onTestFinished(() => sync.mockRestore());
    await opened.close();
    await using sink = closing(await fileNamed('out.jsonl')(undefined));
    await sink.write(batchOf(0, 1));
    expect([sync.mock.calls.length, sink.state()]).toEqual([0, { bytes: 0 }]);
    await sink.flush();
    const { size } = await stat(join(dir, 'out.jsonl'));
    expect([sync.mock.calls.length, sink.state()]).toEqual([1, { bytes: size }]);
  });

  test('that is shorter than what was acknowledged is not written to', async () => {
    const acknowledged = await newDelivery(fileNamed('out.jsonl'));
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 2, lines: 2 });
    await truncate(join(dir, 'out.jsonl'), 10);
    await expect(fileNamed('out.jsonl')(acknowledged.state)).rejects.toThrow(FileChanged);
    expect((await stat(join(dir, 'out.jsonl'))).size).toBe(10);
  });

  test('that is gone is not made again in the middle of a run', async () => {
    await expect(fileNamed('out.jsonl')({ bytes: 10 })).rejects.toThrow(FileChanged);
    await expect(stat(join(dir, 'out.jsonl'))).rejects.toThrow('ENOENT');
  });

  test('that somebody empties during the run is not filled up with a hole', async () => {
    await using sink = closing(await fileNamed('out.jsonl')(undefined));
    await writeAndFlush(sink, 0, 3);
    await sink.write(batchOf(3, 1));
    await truncate(join(dir, 'out.jsonl'), 0);
    await expect(sink.flush()).rejects.toThrow(FileChanged);
  });

  test('gets the same bytes from an owner that comes too late', async () => {
    const late = await fileNamed('out.jsonl')(undefined);
    const next = await fileNamed('out.jsonl')({ bytes: 0 });
    await writeAndFlush(next, 0, 5);
    await late.write(batchOf(0, 3));
    await Promise.all([late.close(), next.close()]);
    expect(linesOf(await readFile(join(dir, 'out.jsonl'), 'utf8'))).toEqual(recordsUpTo(5));
  });

  test('belongs to one run until that is collected', async () => {
    const claim = (run: string) => claimFile(redis, firstShard, { path: join(dir, 'out.jsonl'), run });
    await redis.sadd(keysOf(firstShard).toCollect, 'first', 'second');
    await claim('first');
    await claim('first');
    await expect(claim('second')).rejects.toThrow(FileTaken);
    await redis.srem(keysOf(firstShard).toCollect, 'first');
    await claim('second');
  });

  test('may be a device, which is not cut back', async () => {
    await using sink = closing(await openJsonlSink('/dev/null', unclaimed)({ bytes: 5 }));
    await writeAndFlush(sink, 0, 2);
    expect(sink.state()).toEqual({ bytes: 0 });
  });
});

describe('a sink that refuses', () => {
  test('is asked again until it takes the batch, and then holds it once', async () => {
    let refusals = 2;
    const half: OpenSink = async (state) => {
      const sink = await fileNamed('out.jsonl')(state);
      return {
        ...sink,
        flush: async () => {
          if (refusals-- > 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          await sink.flush();
        },
      };
    };
    const pauses: number[] = [];
    const patience = { isOver: () => false, pause: async (ms: number) => void pauses.push(ms) };
    const sink = await openPatiently(half, undefined, { patience, log: silentLogger });
    expect(await sink?.store(batchOf(0, 3))).toBe(true);
    await sink?.close();
    expect(pauses).toEqual([1000, 1000]);
    expect(linesOf(await readFile(join(dir, 'out.jsonl'), 'utf8'))).toEqual(recordsUpTo(3));
  });

  test('is left when patience is over, and then the batch was not stored', async () => {
    await mkdir(join(dir, 'out.jsonl'));
    const patience = { isOver: () => true, pause: async () => {} };
    expect(await openPatiently(fileNamed('out.jsonl'), undefined, { patience, log: silentLogger })).toBeUndefined();
  });
});
