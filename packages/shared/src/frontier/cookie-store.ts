import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

export type CookieStore = {
  /** A host's cookies in the run, as `keep` answered last; '' when it has none. */
  of: (run: string, host: string) => Promise<string>;
  /**
   * Adds, replaces and takes back (a line that has expired) cookies of a host, whoever else does so at the same time.
   * @param lines `<expiresMs>\t<path>\t<name>\t<secure>\t<value>`, 0: does not expire; path and name say which cookie it is
   * @returns the host's lines afterwards, each ended by a line break, the cookie that was set first at the top
   */
  keep: (run: string, host: string, lines: string[]) => Promise<string>;
};

/** As many as RFC 6265 section 6.1 wants kept at least; the oldest go first. */
const mostOfHost = 50;
/** In one header, more than twice of what web servers take by default. */
const mostBytesOfHost = 16 * 1024;
/** A run whose hosts have set more than this keeps no new ones. */
const mostBytesOfRun = 64 * 1024 ** 2;
/** After the last was set. Those of a run that has ended go with it. */
const keptForMs = 7 * 86_400_000;

/** The cookies of runs that keep them: shared by all workers, each run's and each host's apart. */
export const createCookieStore = (redis: Redis, shard: Shard): CookieStore => {
  const keys = keysOf(shard);
  const scripts = loadScripts(redis);
  const limits = [mostOfHost, mostBytesOfHost, mostBytesOfRun, keptForMs];
  return {
    of: async (run, host) => (await redis.hget(keys.cookies(run), host)) ?? '',
    keep: async (run, host, lines) =>
      (await scripts['keep-cookies']([shard.prefix], [run, host, ...limits, ...lines])) as string,
  };
};
