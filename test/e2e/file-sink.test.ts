import { appendFile, type FileHandle, mkdir, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { silentLogger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { claimFile, FileTaken } from '../../apps/collector/src/sink/file-claim.ts';
import { FileChanged, openJsonlSink } from '../../apps/collector/src/sink/jsonl-sink.ts';
import { openPatiently } from '../../apps/collector/src/sink/patient-sink.ts';
import type { OpenSink } from '../../apps/collector/src/sink/sink.ts';
import { closing, deliver, newDelivery, writeAndFlush } from '../support/deliver-to-sink.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';
import { batchOf, linesOf, recordOf, recordsUpTo } from '../support/outcomes-for-tests.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));
const pathOf = withDirectory();

const unclaimed = { unwritten: 'a', claim: async () => {}, mayChange: () => true };
const fileNamed = (name: string) => openJsonlSink(pathOf(name), unclaimed);

describe('a file', () => {
  test('that cannot be there yet is made, with its directories', async () => {
    await using sink = closing(await fileNamed('deep/er/out.jsonl')(undefined));
    await writeAndFlush(sink, 0, 1);
    expect(await readFile(pathOf('deep/er/out.jsonl'), 'utf8')).toBe(`${recordOf(0)}\n`);
  });

  test('keeps what it held before the run, each on a line of its own', async () => {
    await writeFile(pathOf('out.jsonl'), 'other');
    const acknowledged = await newDelivery(fileNamed('out.jsonl'));
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 1, lines: 2, dieAfter: 'flush' });
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 2, lines: 2 });
    expect(await readFile(pathOf('out.jsonl'), 'utf8')).toBe(`other\n${recordOf(0)}\n${recordOf(1)}\n`);
  });

  test.each(['out.jsonl', 'out.jsonl.gz'])(
    '%s is cut back to what was acknowledged as soon as it is opened',
    async (name) => {
      const acknowledged = await newDelivery(fileNamed(name));
      await deliver(fileNamed(name), acknowledged, { size: 2, lines: 9 });
      const { size } = await stat(pathOf(name));
      await deliver(fileNamed(name), acknowledged, { size: 7, lines: 9, dieAfter: 'flush' });
      expect((await stat(pathOf(name))).size).toBeGreaterThan(size);
      await deliver(fileNamed(name), acknowledged, { size: 0, lines: 9 });
      expect((await stat(pathOf(name))).size).toBe(size);
    },
  );

  test('is synced to its disk before its state counts what was written', async () => {
    const opened = await open(pathOf('other'), 'w');
    const sync = vi.spyOn(Object.getPrototypeOf(opened) as FileHandle, 'datasync');
    onTestFinished(() => sync.mockRestore());
    await opened.close();
    await using sink = closing(await fileNamed('out.jsonl')(undefined));
    await sink.write(batchOf(0, 1));
    expect([sync.mock.calls.length, sink.state()]).toEqual([0, { bytes: 0 }]);
    await sink.flush();
    const { size } = await stat(pathOf('out.jsonl'));
    expect([sync.mock.calls.length, sink.state()]).toEqual([1, { bytes: size }]);
  });

  test('that is shorter than what was acknowledged is not written to', async () => {
    const acknowledged = await newDelivery(fileNamed('out.jsonl'));
    await deliver(fileNamed('out.jsonl'), acknowledged, { size: 2, lines: 2 });
    await truncate(pathOf('out.jsonl'), 10);
    await expect(fileNamed('out.jsonl')(acknowledged.state)).rejects.toThrow(FileChanged);
    expect((await stat(pathOf('out.jsonl'))).size).toBe(10);
  });

  test('that is gone is not made again in the middle of a run', async () => {
    await expect(fileNamed('out.jsonl')({ bytes: 10 })).rejects.toThrow(FileChanged);
    await expect(stat(pathOf('out.jsonl'))).rejects.toThrow('ENOENT');
  });

  test('that somebody empties during the run is not filled up with a hole', async () => {
    await using sink = closing(await fileNamed('out.jsonl')(undefined));
    await writeAndFlush(sink, 0, 3);
    await sink.write(batchOf(3, 1));
    await truncate(pathOf('out.jsonl'), 0);
    await expect(sink.flush()).rejects.toThrow(FileChanged);
  });

  test('gets the same bytes from an owner that comes too late', async () => {
    const late = await fileNamed('out.jsonl')(undefined);
    const next = await fileNamed('out.jsonl')({ bytes: 0 });
    await writeAndFlush(next, 0, 5);
    await late.write(batchOf(0, 3));
    await Promise.all([late.close(), next.close()]);
    expect(linesOf(await readFile(pathOf('out.jsonl'), 'utf8'))).toEqual(recordsUpTo(5));
  });

  test.each(['', 'other\n', '{"run":"ab","seq":0}\n', '\n'])(
    'that held %j before keeps just that when Redis has forgotten that the run began',
    async (before) => {
      await writeFile(pathOf('out.jsonl'), before);
      const first = await fileNamed('out.jsonl')(undefined);
      await writeAndFlush(first, 0, 700);
      await first.close();
      await appendFile(pathOf('out.jsonl'), recordOf(700).slice(0, 5));
      await using again = closing(await fileNamed('out.jsonl')(undefined));
      expect(again.state()).toEqual({ bytes: before.length });
      expect(await readFile(pathOf('out.jsonl'), 'utf8')).toBe(before);
    },
  );

  test('keeps what the run has acknowledged, should its state be gone', async () => {
    await using first = closing(await fileNamed('out.jsonl')(undefined));
    await writeAndFlush(first, 0, 3);
    await using again = closing(
      await openJsonlSink(pathOf('out.jsonl'), { ...unclaimed, unwritten: undefined })(undefined),
    );
    expect(again.state()).toEqual(first.state());
  });

  describe.each(['out.jsonl', 'out.jsonl.gz'])('%s, by an owner that stood still until another had it,', (name) => {
    const worldOfTwo = () => {
      let isOurs = true;
      const open = openJsonlSink(pathOf(name), { ...unclaimed, mayChange: () => isOurs });
      const others = async (): Promise<Buffer> => {
        isOurs = false;
        await using next = closing(await fileNamed(name)({ bytes: 0 }));
        await writeAndFlush(next, 0, 2);
        return await readFile(pathOf(name));
      };
      return { open, others };
    };

    test('is not cut back', async () => {
      await writeFile(pathOf(name), '');
      const { open, others } = worldOfTwo();
      const written = await others();
      await expect(open({ bytes: 0 })).rejects.toThrow('lease');
      expect(await readFile(pathOf(name))).toEqual(written);
    });

    test('is not written to', async () => {
      const { open, others } = worldOfTwo();
      await using late = closing(await open(undefined));
      const written = await others();
      await expect(late.write(batchOf(0, 3))).rejects.toThrow('lease');
      expect(await readFile(pathOf(name))).toEqual(written);
    });

    test('needs no help of its user where it was cut back', async () => {
      const { open, others } = worldOfTwo();
      await using late = closing(await open(undefined));
      await late.write(batchOf(0, 50));
      await others();
      await expect(late.flush()).rejects.not.toThrow(FileChanged);
    });
  });

  test('belongs to one run until that is collected', async () => {
    const claim = (run: string) => claimFile(redis, firstShard, { path: pathOf('out.jsonl'), run });
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
    expect(linesOf(await readFile(pathOf('out.jsonl'), 'utf8'))).toEqual(recordsUpTo(3));
  });

  test('is left when patience is over, and then the batch was not stored', async () => {
    await mkdir(pathOf('out.jsonl'));
    const patience = { isOver: () => true, pause: async () => {} };
    expect(await openPatiently(fileNamed('out.jsonl'), undefined, { patience, log: silentLogger })).toBeUndefined();
  });
});
