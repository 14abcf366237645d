import { fetchQueueName } from '../domain/fetch-job.ts';
import type { OutcomeClass } from '../domain/outcome-class.ts';
import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

/** A source line on its way into the frontier. */
export type PushItem =
  | { kind: 'url'; host: string; record: string; fingerprint?: { bucket: number; member: string } }
  | { kind: 'invalid'; summary: string; json: string };

export type PushBatch = {
  run: string;
  /** Text of the checkpoint that this batch continues from, '' at the start of a run. */
  expected: string;
  after: string;
  /** Lines of the run after this batch = the next seq. */
  pushedAfter: number;
  last: boolean;
  markBytes: number;
  /** Of this run; a cancelled run's lines go straight to the sinks. */
  sinkLagBytes: number;
  atIso: string;
  items: PushItem[];
};

export type PushResult =
  | { kind: 'pushed'; duplicates: number }
  /** Another producer pushed in the meantime; go on from this checkpoint. */
  | { kind: 'moved'; checkpoint: string }
  /** The backlog is above its mark: wait for room. */
  | { kind: 'full' }
  /** Redis does not know the run any more. */
  | { kind: 'gone' };

export type ReleaseLimits = { most: number; leaseMs: number; window: number; sinkLagBytes: number };

export type Released = {
  nowMs: number;
  /** When release is worth calling again; undefined: when woken. */
  waitMs: number | undefined;
  linesLeft: number;
  urls: ReleasedUrl[];
};

export type ReleasedUrl = { host: string; run: string; turnHeld: boolean; record: string };

/** Who asks for a turn, and for which line. */
export type TurnRequest = {
  host: string;
  run: string;
  seq: number;
  id: string;
  /** Number of the job's execution; absent: the first. The slot is that of the latest that asked for a turn. */
  execution?: number;
  /** Of the job's lock in BullMQ; absent: it is not looked at. */
  lockToken?: string;
};

/** On what terms a turn is asked for. */
export type TurnLimits = {
  leaseMs: number;
  longestWaitMs: number;
  /** A redirect led here: the host is not the line's own. */
  hop?: boolean;
  /** The start that was granted last was not used: it moves. */
  again?: boolean;
  /** How long the answer is on its way. */
  leadMs?: number;
  /** How long ago the turn that it holds was used for another request. */
  usedAgoMs?: number;
  /** For how long the start may be used: the next one keeps its gap from the end of it. */
  spareMs?: number;
};

export type Turn =
  /** The slot is held; start after `waitMs`. `isPaced`: then, or ask again - the host has a gap to keep, or the fleet a rate. */
  | { kind: 'go'; waitMs: number; isPaced?: true }
  /** Not within the time one may wait in place; nothing is held beyond what was. */
  | { kind: 'busy'; waitMs: number }
  /** The line has its outcome already. */
  | { kind: 'recorded' }
  /** A later release of the line is on its way. */
  | { kind: 'superseded' }
  /** No URL of its run may start. */
  | { kind: 'paused' }
  | { kind: 'cancelled' };

export type YieldEnding = {
  /** The record to put back at the head of the frontier; absent: the job stays in BullMQ. */
  putBack?: string;
  /** What the host asked for; 0: its own growing penalty; absent: no penalty. */
  pauseMs?: number;
  /** Lengthens a growing penalty: from 0 to below 1. */
  random?: number;
  /** Redis ms at which the request left; absent where the host has no gap to keep. */
  startedAtMs?: number;
};

export type Yielded = { blockedMs: number; refusedForMs: number };

export type Commit = TurnRequest & {
  class: OutcomeClass;
  summary: string;
  json: string;
  /** Redis ms at which the request left; absent where the host has no gap to keep. */
  startedAtMs?: number;
};

export type Acknowledgement = {
  run: string;
  token: string;
  group: string;
  keepEntries: boolean;
  records: number;
  bytes: number;
  sinkState: string;
  entryIds: string[];
  /** Report counters to add to; `failing:<host>` counts a failure of a host. */
  counters: Map<string, number>;
};

export type Frontier = ReturnType<typeof createFrontier>;

/** The shard's scripts with types. Every method is one step in Redis: it happens whole or not at all. */
export const createFrontier = (redis: Redis, shard: Shard) => {
  const scripts = loadScripts(redis);
  const keys = keysOf(shard);
  const waiting = keys.waitingJobs(fetchQueueName);

  return {
    push: async (batch: PushBatch): Promise<PushResult> => {
      const { run, expected, after, pushedAfter, last, markBytes, atIso, sinkLagBytes } = batch;
      const head = [run, expected, after, pushedAfter, last ? '1' : '0', markBytes, atIso, sinkLagBytes];
      const reply = await scripts.push([shard.prefix], [...head, ...batch.items.flatMap(argumentsOfItem)]);
      const [kind, value] = reply as ['pushed' | 'moved' | 'full' | 'gone', number | string];
      switch (kind) {
        case 'pushed':
          return { kind, duplicates: Number(value) };
        case 'moved':
          return { kind, checkpoint: String(value) };
        case 'full':
        case 'gone':
          return { kind };
      }
    },

    release: async ({ most, leaseMs, window, sinkLagBytes }: ReleaseLimits): Promise<Released> => {
      const reply = await scripts.release([shard.prefix, waiting], [most, leaseMs, window, sinkLagBytes]);
      const [nowMs, waitMs, linesLeft, ...flat] = reply as [number, number, number, ...string[]];
      return { nowMs, waitMs: waitMs < 0 ? undefined : waitMs, linesLeft, urls: releasedUrls(flat) };
    },

    acquire: async (turn: TurnRequest, limits: TurnLimits): Promise<Turn> => {
      const { host, run, seq, id, execution = 1, lockToken = '' } = turn;
      const args = [
        host,
        run,
        seq,
        id,
        limits.leaseMs,
        limits.longestWaitMs,
        limits.hop ? '1' : '0',
        limits.again ? '1' : '0',
        execution,
        limits.leadMs ?? 0,
        lockToken,
        limits.usedAgoMs === undefined ? '' : Math.floor(limits.usedAgoMs),
        limits.spareMs ?? 0,
      ];
      const [kind, waitMs, isPaced] = (await scripts.acquire([shard.prefix, keys.jobs(fetchQueueName)], args)) as [
        Turn['kind'],
        number,
        number?,
      ];
      if (kind === 'go') return { kind, waitMs, ...(isPaced === 1 && { isPaced: true }) };
      return kind === 'busy' ? { kind, waitMs } : { kind };
    },

    /** Gives the slot back without an outcome. */
    yield: async ({ host, run, id, execution = 1 }: TurnRequest, ending: YieldEnding): Promise<Yielded> => {
      const args = [
        host,
        run,
        id,
        ending.putBack ?? '',
        ending.pauseMs ?? -1,
        ending.random ?? 0,
        startOf(ending),
        execution,
      ];
      const [blockedMs, refusedForMs] = (await scripts.yield([shard.prefix, waiting], args)) as [number, number];
      return { blockedMs, refusedForMs };
    },

    /** Clears away a job whose run Redis does not know. False: it knows it. */
    drop: async ({ host, run, id }: Pick<TurnRequest, 'host' | 'run' | 'id'>): Promise<boolean> =>
      (await scripts.drop([shard.prefix], [host, run, id])) === 1,

    /** Answers for each commit whether its outcome was recorded; false: the line already had one. */
    commit: async (commits: Commit[]): Promise<boolean[]> => {
      const args = commits.flatMap((c) => {
        const { host, run, seq, id, summary, json, execution = 1 } = c;
        return [host, run, seq, id, c.class, summary, json, startOf(c), execution];
      });
      const reply = (await scripts.commit([shard.prefix, waiting], args)) as number[];
      return reply.map((recorded) => recorded === 1);
    },

    /** False: another collector owns the run now, and nothing was changed. */
    acknowledge: async (a: Acknowledgement): Promise<boolean> => {
      const head = [
        a.run,
        a.token,
        a.group,
        a.keepEntries ? '1' : '0',
        a.records,
        a.bytes,
        a.sinkState,
        a.entryIds.length,
      ];
      const args = [...head, ...a.entryIds, ...[...a.counters].flat()];
      return (await scripts.acknowledge([shard.prefix], args)) === 1;
    },
  };
};

const startOf = ({ startedAtMs }: { startedAtMs?: number }): number | '' =>
  startedAtMs === undefined ? '' : Math.floor(startedAtMs);

function argumentsOfItem(item: PushItem): (string | number)[] {
  if (item.kind === 'invalid') return ['', item.json, '', item.summary];
  return [item.host, item.record, item.fingerprint?.bucket ?? '', item.fingerprint?.member ?? ''];
}

function releasedUrls(flat: string[]): ReleasedUrl[] {
  const urls: ReleasedUrl[] = [];
  for (let i = 0; i + 3 < flat.length; i += 4) {
    const [host, run, turn, record] = flat.slice(i, i + 4) as [string, string, string, string];
    urls.push({ host, run, turnHeld: turn === '1', record });
  }
  return urls;
}
