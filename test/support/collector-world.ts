import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { readFigures } from '@trawl/shared/domain/report-counters.ts';
import type { Commit, PushItem, ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import { expect } from 'vitest';
import { commitOf, type frontierWorld, turnOfReleased, urlItem } from './frontier-world.ts';

/** Outcomes for a collector to collect, recorded as producers and workers do, and what must be true of them afterwards. */
export const recordingOn = (world: ReturnType<typeof frontierWorld>) => {
  const invalidItem = (run: string, seq: number): PushItem => ({
    kind: 'invalid',
    summary: `${seq} invalid not-a-url 0 0 0 0 -`,
    json: JSON.stringify({
      run,
      seq,
      line: seq + 1,
      class: 'invalid',
      reason: 'not-a-url',
      url: 'x'.repeat(seq % 300),
    }),
  });

  /** Pushes lines `from` to `to - 1`; most are no URLs and end at once, every tenth is a URL with an outcome. */
  const record = async (
    run: string,
    { from, to, last }: { from: number; to: number; last: boolean },
  ): Promise<void> => {
    const items: PushItem[] = [];
    for (let seq = from; seq < to; seq += 1) items.push(seq % 10 === 0 ? urlItem('h', seq) : invalidItem(run, seq));
    const checkpoint = { expected: from === 0 ? '' : String(from), after: String(to), pushedAfter: to, last };
    await world.frontier.push({ run, ...checkpoint, markBytes: 1e9, sinkLagBytes: 1e9, atIso: '', items });
    const { urls } = await world.release();
    await world.frontier.commit(urls.map(failedCommitOf));
  };

  const failedCommitOf = (url: ReleasedUrl): Commit => {
    const { seq } = turnOfReleased(url);
    return commitOf(url, { class: 'http-error', summary: `${seq} http-error status-404 404 2 5 100 h` });
  };

  /** As the workers do whose jobs were released before Redis went back in time. */
  const commitReleased = async (): Promise<void> => {
    const released = Object.values(await world.redis.hgetall(world.keys.released)).map((text): ReleasedUrl => {
      const [host = '', run = '', ...record] = text.split(' ');
      return { host, run, record: record.join(' '), turnHeld: true };
    });
    await world.frontier.commit(released.map(failedCommitOf));
  };

  const isCollected = async (run: string): Promise<boolean> =>
    (await world.runs.status(run))?.collectedAtMs !== undefined;

  const expectExactCounters = async (run: string, total: number): Promise<void> => {
    const figures = readFigures(await world.redis.hgetall(world.keys.stats(run)));
    expect(figures.reasons).toEqual({ 'invalid not-a-url': total - total / 10, 'http-error status-404': total / 10 });
    expect(figures).toMatchObject({ attempts: total / 5, retries: total / 10, wireBytes: total * 10 });
    expect(figures.throughput.reduce((sum, { outcomes }) => sum + outcomes, 0)).toBe(total);
    expect(await world.redis.zscore(world.keys.failing(run), 'h')).toBe(String(total / 10));
    expect(await world.redis.hgetall(world.keys.lag)).toEqual({});
  };

  return { record, commitReleased, isCollected, expectExactCounters };
};

/** The seqs of the records in a file, sorted. */
export const seqsIn = async (path: string): Promise<number[]> => {
  const file = createReadStream(path);
  const seqs: number[] = [];
  for await (const line of createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file }))
    seqs.push((JSON.parse(line) as { seq: number }).seq);
  return seqs.toSorted((a, b) => a - b);
};

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, seq) => seq);

export async function appendOnlyFile(dataDir: string): Promise<string> {
  const name = (await readdir(join(dataDir, 'redis/appendonlydir'))).find((file) => file.endsWith('.incr.aof'));
  return join(dataDir, 'redis/appendonlydir', name ?? 'none');
}

/** 0 where there is no file. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
