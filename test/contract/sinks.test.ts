import { chmod, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { silentLogger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { claimFile, FileTaken } from '../../apps/collector/src/sink/file-claim.ts';
import { FileChanged, openJsonlSink } from '../../apps/collector/src/sink/jsonl-sink.ts';
import { openPatiently } from '../../apps/collector/src/sink/patient-sink.ts';
import { openRedisSink } from '../../apps/collector/src/sink/redis-sink.ts';
import type { OpenSink, Sink, SinkState } from '../../apps/collector/src/sink/sink.ts';
import { openStdoutSink, StdoutClosed } from '../../apps/collector/src/sink/stdout-sink.ts';
import { batchOf, batchOfEntries, entryOf, recordOf, summaryOf } from '../support/outcomes-for-tests.ts';
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
  await redis.flushall();
  dir = await mkdtemp(join(tmpdir(), 'trawl-sinks-'));
});
afterEach(() => rm(dir, { recursive: true }));

const unclaimed = async () => {};
const stream = keysOf(firstShard).outcomes('a');
const fileNamed = (name: string) => openJsonlSink(join(dir, name), unclaimed);
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const recordsUpTo = (n: number): string[] => Array.from({ length: n }, (_, seq) => recordOf(seq));

/** `open`: as the collector does; `prepare`: what the ledger did; `read`: what a user sees in the end. */
type Kind = { name: string; open: () => OpenSink; prepare?: (lines: number) => Promise<void>; read: () => Promise<string[]> };

const kinds: Kind[] = [
  {
    name: 'a file',
    open: () => fileNamed('out.jsonl'),
    read: async () => linesOf(await readFile(join(dir, 'out.jsonl'), 'utf8')),
  },
  {
    name: 'a gzip file',
    open: () => fileNamed('out.jsonl.gz'),
    read: async () => linesOf(gunzipSync(await readFile(join(dir, 'out.jsonl.gz'))).toString()),
  },
  {
    name: 'the kept stream',
    open: () => openRedisSink({ kind: 'redis', retentionMs: 60_000, maxRecords: 1000 }, redis, stream),
    prepare: addToStream,
    read: () => keptRecords(),
  },
];

describe.each(kinds)('$name', ({ open, prepare, read }) => {
  const steps = ['opening', 'write', 'flush', 'acknowledgement'] as const;

  test.each(steps)('holds each record once when the collector dies after every %s', async (fatal) => {
    const lines = 60;
    await prepare?.(lines);
    const acknowledged = await newDelivery(open());
    for (let size = 1; acknowledged.upTo < lines; size = (size % 7) + 1) {
      await deliver(open(), acknowledged, { size, lines, dieAfter: fatal });
      await deliver(open(), acknowledged, { size: size + 1, lines });
    }
    expect(await read()).toEqual(recordsUpTo(lines));
  });

  test('may be finished twice', async () => {
    await prepare?.(3);
    const acknowledged = await newDelivery(open());
    await deliver(open(), acknowledged, { size: 3, lines: 3 });
    for (const _ of [1, 2]) {
      const sink = await open()(acknowledged.state);
      await sink.finish();
      await sink.close();
    }
    expect(await read()).toEqual(recordsUpTo(3));
  });
});

/** What Redis remembers: lines below `upTo` are acknowledged, together with the state. */
type Acknowledged = { upTo: number; state: SinkState };

async function newDelivery(open: OpenSink): Promise<Acknowledged> {
  const sink = await open(undefined);
  await sink.close();
  return { upTo: 0, state: sink.state() };
}

/** One life of a collector: the next `size` lines, up to the step at which it dies. */
async function deliver(
  open: OpenSink,
  acknowledged: Acknowledged,
  { size, lines, dieAfter }: { size: number; lines: number; dieAfter?: string },
): Promise<void> {
  const from = acknowledged.upTo;
  const n = Math.min(size, lines - from);
  const sink = await open(acknowledged.state);
  const live = async (): Promise<void> => {
    if (n === 0 || dieAfter === 'opening') return;
    await sink.write(batchOf(from, n));
    if (dieAfter === 'write') return;
    await sink.flush();
    if (dieAfter === 'flush') return;
    Object.assign(acknowledged, { upTo: from + n, state: JSON.parse(JSON.stringify(sink.state())) });
    if (dieAfter === 'acknowledgement') return;
    await sink.acknowledged();
  };
  await live();
  await sink.close();
}

async function addToStream(lines: number): Promise<void> {
  for (let seq = 0; seq < lines; seq += 1) await redis.xadd(stream, `1000-${seq + 1}`, summaryOf(seq), recordOf(seq));
  await redis.xadd(stream, `1000-${lines + 1}`, 'end', lines);
}

async function keptRecords(): Promise<string[]> {
  const records: string[] = [];
  for await (const chunk of readKeptRecords(redis, firstShard, 'a')) records.push(...chunk);
  return records;
}

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
    await truncate(join(dir, 'out.jsonl'), 0);
    await writeFile(join(dir, 'out.jsonl'), '');
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
    const sink = await openJsonlSink('/dev/null', unclaimed)({ bytes: 5 });
    await writeAndFlush(sink, 0, 2);
    await sink.close();
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
    await chmod(join(dir, 'out.jsonl'), 0o755);
    const patience = { isOver: () => true, pause: async () => {} };
    expect(await openPatiently(fileNamed('out.jsonl'), undefined, { patience, log: silentLogger })).toBeUndefined();
  });
});

describe('standard output', () => {
  test('gets lines, and a reader that has gone is named', async () => {
    const got: string[] = [];
    let isOpen = true;
    const stdout = new Writable({
      write: (chunk: Buffer, _, done) => {
        got.push(String(chunk));
        done(isOpen ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    await using sink = closing(await openStdoutSink(stdout)(undefined));
    await writeAndFlush(sink, 0, 2);
    expect(linesOf(got.join(''))).toEqual(recordsUpTo(2));
    isOpen = false;
    await expect(sink.write(batchOf(2, 1))).rejects.toThrow(StdoutClosed);
  });
});

describe('the kept stream', () => {
  const openKeeping = (maxRecords: number) => openRedisSink({ kind: 'redis', retentionMs: 60_000, maxRecords }, redis, stream);

  test('keeps at least the newest records asked for and little more, through crashes', async () => {
    await addToStream(500);
    const acknowledged = await newDelivery(openKeeping(100));
    while (acknowledged.upTo < 500) {
      await deliver(openKeeping(100), acknowledged, { size: 30, lines: 500, dieAfter: acknowledged.upTo % 4 === 2 ? 'acknowledgement' : 'nothing' });
    }
    const records = await keptRecords();
    expect(records.length).toBeGreaterThanOrEqual(100);
    expect(records.length).toBeLessThanOrEqual(100 + 30 + 7);
    expect(records).toEqual(recordsUpTo(500).slice(-records.length));
  });

  test('never loses a record that is not acknowledged', async () => {
    await addToStream(50);
    const sink = await openKeeping(1)(undefined);
    await writeAndFlush(sink, 0, 50);
    await sink.close();
    expect(await keptRecords()).toHaveLength(50);
  });

  test('goes some time after the run', async () => {
    await addToStream(1);
    const sink = await openKeeping(10)(undefined);
    await sink.write(batchOfEntries([entryOf(0, 1)]));
    expect(await redis.pttl(stream)).toBe(-1);
    await sink.finish();
    expect(await redis.pttl(stream)).toBeGreaterThan(0);
  });
});

async function writeAndFlush(sink: Sink, from: number, n: number): Promise<void> {
  await sink.write(batchOf(from, n));
  await sink.flush();
}

function closing(sink: Sink): Sink & AsyncDisposable {
  return { ...sink, [Symbol.asyncDispose]: sink.close };
}
