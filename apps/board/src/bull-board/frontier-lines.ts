import { decodeLine, type FrontierLine } from '@trawl/shared/domain/frontier-line.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

/** A URL that waits in the frontier, and where: `index` counts from the head of the list of its host and run. */
export type WaitingLine = { host: string; run: string; index: number; line: FrontierLine; runCreatedAtMs: number };

/** Bounds of one page, whatever is in the frontier: hosts that are looked at, and runs of each of them. */
const mostHosts = 400;
const hostsAtOnce = 50;
const mostRunsOfHost = 5;
/** How far a line may have moved since its page was shown. */
const searchedAround = 1000;

type List = { host: string; run: string; length: number };

/** Reads the frontier in pages, hosts in the order in which release looks at them. Never reads more than a page asks for. */
export const createFrontierLines = (redis: Redis, shard: Shard) => {
  const keys = keysOf(shard);

  const listsOf = async (hosts: string[]): Promise<List[]> => {
    const runs = await replies(
      redis,
      hosts.map((host) => ['lrange', keys.runsOfHost(host), 0, mostRunsOfHost - 1]),
    );
    const pairs = hosts.flatMap((host, i) => (runs[i] as string[]).map((run) => ({ host, run })));
    const lengths = await replies(
      redis,
      pairs.map(({ host, run }) => ['llen', keys.lines(host, run)]),
    );
    return pairs.map((pair, i) => ({ ...pair, length: Number(lengths[i]) }));
  };

  const linesOf = async (
    { host, run }: Pick<List, 'host' | 'run'>,
    [from, to]: [from: number, to: number],
  ): Promise<WaitingLine[]> => {
    const [records, created] = await Promise.all([
      redis.lrange(keys.lines(host, run), from, to),
      redis.hget(keys.run(run), 'createdAtMs'),
    ]);
    const ofRun = { host, run, runCreatedAtMs: Number(created ?? 0) };
    return records.map((record, i) => ({ ...ofRun, index: from + i, line: decodeLine(record) }));
  };

  return {
    /** Of the whole frontier. */
    count: async (): Promise<number> => Number((await redis.hget(keys.backlog, 'lines')) ?? 0),

    /** Lines `from` to `to`, both included. Empty beyond the first hosts: those that come next are what matters. */
    page: async (from: number, to: number): Promise<WaitingLine[]> => {
      const found: WaitingLine[] = [];
      let passed = 0;
      for (let rank = 0; rank < mostHosts && passed <= to; rank += hostsAtOnce) {
        const hosts = await redis.zrange(keys.ready, rank, String(rank + hostsAtOnce - 1));
        for (const list of await listsOf(hosts)) {
          const [first, last] = [Math.max(0, from - passed), Math.min(list.length - 1, to - passed)];
          if (first <= last) found.push(...(await linesOf(list, [first, last])));
          passed += list.length;
          if (passed > to) break;
        }
        if (hosts.length < hostsAtOnce) break;
      }
      return found;
    },

    /** Undefined: it has left the frontier, or has moved far. */
    find: async (place: {
      host: string;
      run: string;
      seq: number;
      index: number;
    }): Promise<WaitingLine | undefined> => {
      const from = Math.max(0, place.index - searchedAround);
      const lines = await linesOf(place, [from, place.index + searchedAround]);
      return lines.find(({ line }) => line.seq === place.seq);
    },
  };
};

export type FrontierLines = ReturnType<typeof createFrontierLines>;

async function replies(redis: Redis, commands: [name: string, ...args: (string | number)[]][]): Promise<unknown[]> {
  const answers = (await redis.pipeline(commands).exec()) ?? [];
  return answers.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
