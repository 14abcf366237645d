import type { Frontier } from '@trawl/shared/frontier/frontier.ts';
import {
  joinBatches,
  type OutcomeEntry,
  type OutcomeReader,
  openOutcomeReader,
  sinkGroup,
} from '@trawl/shared/frontier/outcome-stream.ts';
import type { Runs } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type Model, must, runOf } from './frontier-model.ts';

type Sink = { token: string; reader: OutcomeReader; lines: number[] };

/** How a collector ends a batch. `late`: another one has taken the run meanwhile. */
export type CollectHow = 'all' | 'first-entry' | 'not-acknowledged' | 'twice' | 'late';

const keys = keysOf(firstShard);

/** Collectors with a file each run: cut back to what was acknowledged whenever a collector takes the run over. */
export const pretendSinks = (redis: Redis, frontier: Frontier, runs: Runs, model: () => Model) => {
  const files = new Map<string, number[]>();
  const owners = new Map<string, Sink>();
  let tokens = 0;

  const take = async (run: string): Promise<Sink> => {
    const token = `collector-${++tokens}`;
    await redis.set(keys.owner(run), token);
    const reachesTo = Number((await redis.hget(keys.sink(run), 'state')) ?? 0);
    const file = files.get(run) ?? [];
    must(file.length >= reachesTo, `the file of ${run} has ${file.length} records, ${reachesTo} are acknowledged`);
    const sink = { token, reader: await openOutcomeReader(redis, firstShard, run), lines: file.slice(0, reachesTo) };
    owners.set(run, sink);
    files.set(run, sink.lines);
    return sink;
  };

  const acknowledge = async (run: string, sink: Sink, entries: OutcomeEntry[]): Promise<boolean> => {
    const seqs = seqsOf(entries);
    const bytes = entries.reduce((sum, { summaries, records }) => sum + lengthOf(summaries) + lengthOf(records), 0);
    const ids = entries.map(({ id }) => id);
    return frontier.acknowledge({
      run,
      token: sink.token,
      group: sinkGroup,
      keepEntries: false,
      records: seqs.length,
      bytes,
      sinkState: String(sink.lines.length),
      entryIds: ids,
      counters: new Map([['records', seqs.length]]),
    });
  };

  const collect = async (run: string, how: CollectHow): Promise<number> => {
    const sink = owners.get(run) ?? (await take(run));
    let batch = await sink.reader.read(0);
    for (let more = batch; more.more; batch = joinBatches(batch, more)) more = await sink.reader.read(0);
    if (batch.records === 0) return 0;
    const entries = how === 'first-entry' ? batch.entries.slice(0, 1) : batch.entries;
    sink.lines.push(...seqsOf(entries));
    if (how === 'not-acknowledged' || how === 'late') owners.delete(run);
    if (how === 'not-acknowledged') return 0;
    if (how === 'late') await redis.set(keys.owner(run), 'another');
    const isMine = await acknowledge(run, sink, entries);
    must(isMine === (how !== 'late'), `acknowledge of ${run} answers ${isMine}`);
    if (!isMine) return 0;
    for (const seq of seqsOf(entries))
      must(runOf(model(), run).inStream.delete(seq), `line ${seq} of ${run} was collected twice`);
    if (how === 'twice') await acknowledge(run, sink, entries);
    // Entries that were read and stay without acknowledgement come to the next owner only.
    if (entries.length < batch.entries.length) owners.delete(run);
    return entries.length;
  };

  /** As a collector ends a run that is complete. */
  const finish = async (run: string): Promise<void> => {
    const books = runOf(model(), run);
    if (!books.isFinished || books.inStream.size > 0 || books.collectedAtMs !== undefined) return;
    books.collectedAtMs = model().nowMs;
    await runs.dropFeedingState(run);
    await redis
      .multi()
      .hsetnx(keys.run(run), 'collectedAtMs', model().nowMs)
      .srem(keys.toCollect, run)
      .unlink(keys.outcomes(run), keys.sink(run), keys.owner(run))
      .hdel(keys.lag, run)
      .exec();
    owners.delete(run);
    const lines = (files.get(run) ?? []).toSorted((a, b) => a - b);
    must(
      lines.length === books.pushed && lines.every((seq, i) => seq === i),
      `the file of ${run} has the lines ${lines} of ${books.pushed}`,
    );
  };

  return {
    collect,
    finish,
    /** Redis was away: whoever collects begins with what it then says. */
    disconnect: () => owners.clear(),
  };
};

const lengthOf = (parts: { length: number }[]): number => parts.reduce((sum, { length }) => sum + length, 0);

const seqsOf = (entries: OutcomeEntry[]): number[] =>
  entries.flatMap(({ summaries }) => summaries.map((summary) => Number(summary.split(' ', 1)[0])));
