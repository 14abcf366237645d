import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** What a process says of itself while it is there. */
export type Announcement = {
  /** Unique in the fleet: host and pid. */
  id: string;
  app: string;
  version: string;
  /** Redis ms. */
  startedAtMs: number;
  /** Redis minus its machine, in ms. */
  clockOffsetMs: number;
  /** Where /healthz and the others answer, if anywhere. */
  healthUrl?: string;
  /** Of a worker: URLs that it takes at once. */
  concurrency?: number;
};

/** A process that is there. Of a worker of an older version only the id, the app and the concurrency are known. */
export type FleetMember = Pick<Announcement, 'id' | 'app'> & Partial<Announcement>;

/** Who has been silent for so long is forgotten; before that it only does not count. */
const forgottenAfterMs = 60_000;

/**
 * Who is there. Workers stand in the hash `workers` as `<concurrency> <untilMs> <JSON>`, where versions without the third
 * part read and write the first two; all others in the hash `processes` as JSON with `untilMs`.
 */
export const createFleet = (redis: Redis, shard: Shard) => {
  const { workers, processes } = keysOf(shard);

  const forget = async (key: string, found: { id: string; untilMs: number }[], nowMs: number): Promise<void> => {
    const gone = found.filter(({ untilMs }) => untilMs <= nowMs - forgottenAfterMs).map(({ id }) => id);
    if (gone.length > 0) await redis.hdel(key, ...gone);
  };

  return {
    /** Says "I am here" for `lifeMs`; repeat it well before that has passed. */
    announce: async (about: Announcement, nowMs: number, lifeMs: number): Promise<void> => {
      const untilMs = Math.round(nowMs + lifeMs);
      if (about.app === 'worker')
        await redis.hset(workers, about.id, `${about.concurrency ?? 0} ${untilMs} ${JSON.stringify(about)}`);
      else await redis.hset(processes, about.id, JSON.stringify({ ...about, untilMs }));
    },

    leave: async (id: string): Promise<void> => {
      await Promise.all([redis.hdel(workers, id), redis.hdel(processes, id)]);
    },

    /** Sum over the workers that are there: the window of release follows it, so this is read four times a second. */
    concurrency: async (nowMs: number): Promise<number> => {
      const found = Object.entries(await redis.hgetall(workers)).map(headOfWorker);
      await forget(workers, found, nowMs);
      return found.reduce((sum, { untilMs, concurrency }) => sum + (untilMs > nowMs ? concurrency : 0), 0);
    },

    /** All that are there, in the order of their ids. Two commands. */
    processes: async (nowMs: number): Promise<FleetMember[]> => {
      const [workerTexts, otherTexts] = await Promise.all([redis.hgetall(workers), redis.hgetall(processes)]);
      const ofWorkers = Object.entries(workerTexts).map(memberOfWorker);
      const ofOthers = Object.entries(otherTexts).map(([, text]) => JSON.parse(text) as Announcement & Lasting);
      await forget(workers, ofWorkers, nowMs);
      await forget(processes, ofOthers, nowMs);
      return [...ofWorkers, ...ofOthers]
        .filter(({ untilMs }) => untilMs > nowMs)
        .map(({ untilMs: _untilMs, ...member }) => member)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
};

type Lasting = { untilMs: number };

function headOfWorker([id, text]: [string, string]): Lasting & { id: string; concurrency: number } {
  const [concurrency = 0, untilMs = 0] = text.split(' ', 2).map(Number);
  return { id, concurrency, untilMs };
}

function memberOfWorker([id, text]: [string, string]): FleetMember & Lasting {
  const { concurrency, untilMs } = headOfWorker([id, text]);
  const json = text.split(' ').slice(2).join(' ');
  return { ...(json === '' ? {} : (JSON.parse(json) as Announcement)), id, app: 'worker', concurrency, untilMs };
}
