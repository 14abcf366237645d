import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { describe, expect, test } from 'vitest';
import { openJsonlSink } from '../../apps/collector/src/sink/jsonl-sink.ts';
import { openRedisSink } from '../../apps/collector/src/sink/redis-sink.ts';
import type { OpenSink } from '../../apps/collector/src/sink/sink.ts';
import { openStdoutSink, StdoutClosed } from '../../apps/collector/src/sink/stdout-sink.ts';
import { closing, deliver, newDelivery, writeAndFlush } from '../support/deliver-to-sink.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';
import {
  batchOf,
  batchOfEntries,
  entryOf,
  linesOf,
  recordOf,
  recordsUpTo,
  summaryOf,
} from '../support/outcomes-for-tests.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));
const pathOf = withDirectory();

const unclaimed = { unwritten: 'a', claim: async () => {}, mayChange: () => true };
const stream = keysOf(firstShard).outcomes('a');
const fileNamed = (name: string) => openJsonlSink(pathOf(name), unclaimed);

/** `open`: as the collector does; `prepare`: what the ledger did; `read`: what a user sees in the end. */
type Kind = {
  name: string;
  open: () => OpenSink;
  prepare?: (lines: number) => Promise<void>;
  read: () => Promise<string[]>;
};

const kinds: Kind[] = [
  {
    name: 'a file',
    open: () => fileNamed('out.jsonl'),
    read: async () => linesOf(await readFile(pathOf('out.jsonl'), 'utf8')),
  },
  {
    name: 'a gzip file',
    open: () => fileNamed('out.jsonl.gz'),
    read: async () => linesOf(gunzipSync(await readFile(pathOf('out.jsonl.gz'))).toString()),
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

async function addToStream(lines: number): Promise<void> {
  for (let seq = 0; seq < lines; seq += 1) await redis.xadd(stream, `1000-${seq + 1}`, summaryOf(seq), recordOf(seq));
  await redis.xadd(stream, `1000-${lines + 1}`, 'end', lines);
}

async function keptRecords(): Promise<string[]> {
  const records: string[] = [];
  for await (const chunk of readKeptRecords(redis, firstShard, 'a')) records.push(...chunk);
  return records;
}

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
  const openKeeping = (maxRecords: number) =>
    openRedisSink({ kind: 'redis', retentionMs: 60_000, maxRecords }, redis, stream);

  test('keeps at least the newest records asked for and little more, through crashes', async () => {
    await addToStream(500);
    const acknowledged = await newDelivery(openKeeping(100));
    while (acknowledged.upTo < 500) {
      await deliver(openKeeping(100), acknowledged, {
        size: 30,
        lines: 500,
        dieAfter: acknowledged.upTo % 4 === 2 ? 'acknowledgement' : 'nothing',
      });
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
