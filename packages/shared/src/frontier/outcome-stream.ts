import type { Redis } from '../platform/redis.ts';
import { withoutMemory } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

/** The consumer group of a run's stream: one, because one collector at a time writes all sinks. */
export const sinkGroup = 'sinks';

/** The same name in every process, so that a new owner finds what its predecessor had taken and not acknowledged. */
const consumer = 'collector';

/** What one step of the ledger recorded. Summaries and records belong together by position; records are JSON text. */
export type OutcomeEntry = {
  id: string;
  /** Redis ms at which the outcomes were recorded. */
  atMs: number;
  summaries: string[];
  records: Buffer[];
};

export type OutcomeBatch = {
  /** In the order of the stream, each with at least one record. */
  entries: OutcomeEntry[];
  records: number;
  /** Of summaries and records, as the ledger counts its lag. */
  bytes: number;
  /** The run's last entry was seen: it carries no record and is never acknowledged, only removed with the stream. */
  ended: boolean;
  /** As many entries came as were asked for: there may be more. */
  more: boolean;
};

/** What a batch should stay near to. One entry may be larger by itself. */
export const batchLimits = { records: 2000, bytes: 4 * 1024 ** 2 };

export type OutcomeReader = {
  /**
   * The entries that follow, waiting up to `waitMs` for the first (0: not at all); an empty batch when none came. Entries
   * that somebody took and did not acknowledge come first. Rejects when the connection is lost.
   */
  read: (waitMs: number) => Promise<OutcomeBatch>;
};

/**
 * Reads a run's stream for its sinks. A reader serves the owner of a run from taking to giving up, on a connection of its
 * own that never sends a command twice: an answer that got lost would leave a hole that only the next owner fills.
 */
export const openOutcomeReader = async (redis: Redis, shard: Shard, run: string): Promise<OutcomeReader> => {
  const stream = keysOf(shard).outcomes(run);
  await createSinkGroup(redis, stream);
  const pace = createPace();
  let position = '0';

  const read = async (waitMs: number): Promise<OutcomeBatch> => {
    const readsNew = position === '>';
    const block = readsNew && waitMs > 0 ? ['BLOCK', waitMs] : [];
    const from = ['COUNT', pace.entries(), ...block, 'STREAMS', stream, position];
    const reply = await readGroup(redis, ['GROUP', sinkGroup, consumer, ...from]);
    const entries = reply?.[0]?.[1] ?? [];
    if (!readsNew) position = entries.at(-1)?.[0].toString() ?? '>';
    if (!readsNew && entries.length === 0) return read(waitMs);
    const batch = batchOf(entries, entries.length === pace.entries());
    pace.learn(batch);
    return batch;
  };
  return { read };
};

/** Records of a run whose stream is kept (sink `redis`), in the order of their outcomes, in chunks of bounded size. */
export async function* readKeptRecords(redis: Redis, shard: Shard, run: string): AsyncIterable<string[]> {
  const stream = keysOf(shard).outcomes(run);
  const pace = createPace();
  let after = '-';
  for (;;) {
    const reply = (await redis.xrangeBuffer(stream, after, '+', 'COUNT', pace.entries())) as RawEntry[];
    const last = reply.at(-1)?.[0].toString();
    if (last === undefined) return;
    after = `(${last}`;
    const batch = batchOf(reply, true);
    pace.learn(batch);
    if (batch.records > 0) yield batch.entries.flatMap(({ records }) => records.map(String));
  }
}

export const emptyBatch: OutcomeBatch = { entries: [], records: 0, bytes: 0, ended: false, more: false };

export const joinBatches = (first: OutcomeBatch, second: OutcomeBatch): OutcomeBatch => ({
  entries: first.entries.concat(second.entries),
  records: first.records + second.records,
  bytes: first.bytes + second.bytes,
  ended: first.ended || second.ended,
  more: second.more,
});

/** By its own method: a plain `call` gives the answer in the shape of the protocol version in use. */
function readGroup(redis: Redis, args: (string | number)[]): Promise<[Buffer, RawEntry[]][] | null> {
  // Its types know only calls whose options are all written out.
  const plain = redis as unknown as {
    xreadgroupBuffer: (...args: (string | number)[]) => Promise<[Buffer, RawEntry[]][] | null>;
  };
  return plain.xreadgroupBuffer(...args);
}

const createGroupScript = `${withoutMemory}return redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')`;

async function createSinkGroup(redis: Redis, stream: string): Promise<void> {
  try {
    await redis.eval(createGroupScript, 1, stream, sinkGroup);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

type RawEntry = [id: Buffer, fields: Buffer[] | null];

const endField = 'end';

function batchOf(raw: RawEntry[], more: boolean): OutcomeBatch {
  const batch: OutcomeBatch = { ...emptyBatch, entries: [], more };
  for (const [id, fields] of raw) {
    if (fields?.[0]?.toString() === endField) batch.ended = true;
    else if (fields) addEntry(batch, id.toString(), fields);
  }
  return batch;
}

function addEntry(batch: OutcomeBatch, id: string, fields: Buffer[]): void {
  const entry: OutcomeEntry = { id, atMs: Number(id.slice(0, id.indexOf('-'))), summaries: [], records: [] };
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [summary, record] = [fields[i] as Buffer, fields[i + 1] as Buffer];
    entry.summaries.push(summary.toString());
    entry.records.push(record);
    batch.bytes += summary.length + record.length;
  }
  batch.records += entry.records.length;
  batch.entries.push(entry);
}

const firstEntries = 8;
const mostEntries = 256;

/** How many entries make a batch, learnt from the last: an entry holds from 1 to 500 records of any size. */
function createPace() {
  let entries = firstEntries;
  return {
    entries: () => entries,
    learn: (batch: OutcomeBatch): void => {
      if (batch.entries.length === 0) return;
      const fill = Math.max(batch.records / batchLimits.records, batch.bytes / batchLimits.bytes);
      const fitting = Math.floor(batch.entries.length / fill);
      entries = Math.max(1, Math.min(fitting, entries * 4, mostEntries));
    },
  };
}
