import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { loadScripts } from '@trawl/shared/frontier/load-scripts.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type Failure, isOfHost, isTemporary, type RobotsFile } from './robots-file.ts';

/** What the fleet knows of robots.txt files, and who asks for one now. Whoever takes the claim is the only one that asks. */
export type RobotsStore = {
  read: (origin: string) => Promise<RobotsFile | undefined>;
  /** One step: nobody stores a file between the two answers. */
  claim: (origin: string) => Promise<{ isOurs: boolean; file: RobotsFile | undefined }>;
  /** Gives the claim back without a file. */
  release: (origin: string) => Promise<void>;
  /**
   * Stores the file and gives the claim back; a crawl-delay holds from the same moment on. Answers what counts from now on.
   * @param sentAtMs Redis ms at which the request left
   */
  keep: (wish: DelayWish, file: RobotsFile, sentAtMs: number | undefined) => Promise<RobotsFile>;
  noteDelay: (wish: DelayWish) => Promise<void>;
};

/** The crawl-delay for a product; 0: it asks for none. */
export type DelayWish = { origin: URL; product: string; delayMs: number };

/** RFC 9309, section 2.4: not longer than 24 hours. */
const fileLifeMs = 24 * 3_600_000;
/** A host that cannot be connected to: long enough for those who wait, shorter than a backoff. */
const failureLifeMs = { temporary: 1000, final: 5000 };
/** Every process that goes on with the host says it again every few minutes; as long as the host's other clocks. */
const delayLifeMs = 7_200_000;

/** @param claimMs at least as long as an execution may last: a process that died frees its claim so */
export const createRobotsStore = (redis: Redis, shard: Shard, claimMs: number): RobotsStore => {
  const keys = keysOf(shard);
  const scripts = loadScripts(redis);

  const keep = async (kind: 'kept' | 'failed' | 'unavailable', file: RobotsFile, lifeMs: number, more: KeepMore) => {
    const { wish, sentAtMs } = more;
    const { origin, host } = wish.origin;
    const sent = sentAtMs === undefined ? '' : Math.floor(sentAtMs);
    const head = [origin, kind, await encode(file), lifeMs, await encode({ kind: 'none' })];
    return scripts['keep-robots']([shard.prefix], [...head, host, sent, fieldOf(wish), wish.delayMs]);
  };

  return {
    read: async (origin) => decode(await redis.getBuffer(keys.robots(origin))),

    claim: async (origin) => {
      const replies = await redis
        .multi()
        .set(keys.robotsAsking(origin), '1', 'PX', claimMs, 'NX')
        .getBuffer(keys.robots(origin))
        .exec();
      const [claimed, file] = (replies ?? []).map(([error, reply]) => {
        if (error) throw error;
        return reply;
      });
      return { isOurs: claimed === 'OK', file: await decode(file as Buffer | null) };
    },

    release: async (origin) => void (await redis.del(keys.robotsAsking(origin))),

    keep: async (wish, file, sentAtMs) => {
      const more = { wish, sentAtMs };
      switch (file.kind) {
        case 'text':
        case 'none':
          await keep('kept', file, fileLifeMs, more);
          return file;
        case 'unavailable':
          return (await keep('unavailable', file, fileLifeMs, more)) === 1 ? { kind: 'none' } : file;
        case 'failed':
          if (!isOfHost(file.outcome)) await redis.del(keys.robotsAsking(wish.origin.origin));
          else await keep('failed', file, failureLifeMs[isTemporary(file.outcome) ? 'temporary' : 'final'], more);
          return file;
      }
    },

    noteDelay: async (wish) => {
      const key = keys.robotsDelay(wish.origin.host);
      await redis.multi().hset(key, fieldOf(wish), wish.delayMs).pexpire(key, delayLifeMs).exec();
    },
  };
};

type KeepMore = { wish: DelayWish; sentAtMs: number | undefined };

const fieldOf = ({ origin, product }: DelayWish): string => `${origin.protocol.slice(0, -1)} ${product}`;

/** Half a megabyte takes more than ten milliseconds, and the event loop has other things to do. */
const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);

/** One letter for the kind; then the text deflated, or the failure as JSON. */
const encode = async (file: RobotsFile): Promise<Buffer> => {
  switch (file.kind) {
    case 'text':
      return Buffer.concat([Buffer.from('t'), await deflated(file.bytes)]);
    case 'none':
    case 'unavailable':
      return Buffer.from(file.kind[0] as string);
    case 'failed':
      return Buffer.from(`f${JSON.stringify(asMetBefore(file.outcome))}`);
  }
};

const decode = async (bytes: Buffer | null | undefined): Promise<RobotsFile | undefined> => {
  if (!bytes) return undefined;
  const rest = bytes.subarray(1);
  switch (String.fromCharCode(bytes[0] ?? 0)) {
    case 't':
      return { kind: 'text', bytes: await inflated(rest) };
    case 'n':
      return { kind: 'none' };
    case 'u':
      return { kind: 'unavailable' };
    case 'f':
      return { kind: 'failed', outcome: JSON.parse(rest.toString()) as Failure };
  }
  // Written by a newer Trawl: whoever does not understand it asks again.
  return undefined;
};

/** Whoever reads it later sent nothing and waited for nothing. */
const asMetBefore = (failure: Failure): Failure => ({
  ...failure,
  trace: { ...failure.trace, timings: { dnsMs: 0, connectMs: 0, ttfbMs: 0, totalMs: 0 } },
});
