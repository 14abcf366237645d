import { deflateRawSync, inflateRawSync } from 'node:zlib';
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
  /** Stores the file and gives the claim back. Answers what counts from now on. */
  keep: (origin: string, file: RobotsFile) => Promise<RobotsFile>;
  /** @param delayMs 0: it asks for none */
  noteDelay: (host: string, wish: { field: string; delayMs: number }) => Promise<void>;
};

/** RFC 9309, section 2.4: not longer than 24 hours. */
const fileLifeMs = 24 * 3_600_000;
/** A host that cannot be connected to: long enough for those who wait, shorter than a backoff. */
const failureLifeMs = { temporary: 1000, final: 5000 };
/** Beyond the longest that a request for a robots.txt lasts; a process that died frees its claim so. */
export const robotsClaimMs = 45_000;
/** Every process that goes on with the host says it again every few minutes. */
const delayLifeMs = 7_200_000;

export const createRobotsStore = (redis: Redis, shard: Shard, { claimMs = robotsClaimMs } = {}): RobotsStore => {
  const keys = keysOf(shard);
  const scripts = loadScripts(redis);
  const keep = (origin: string, kind: 'kept' | 'failed' | 'unavailable', file: RobotsFile, lifeMs: number) =>
    scripts['keep-robots']([shard.prefix], [origin, kind, encode(file), lifeMs, encode({ kind: 'none' })]);

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
      return { isOurs: claimed === 'OK', file: decode(file as Buffer | null) };
    },

    release: async (origin) => void (await redis.del(keys.robotsAsking(origin))),

    keep: async (origin, file) => {
      switch (file.kind) {
        case 'text':
        case 'none':
          await keep(origin, 'kept', file, fileLifeMs);
          return file;
        case 'unavailable':
          return (await keep(origin, 'unavailable', file, fileLifeMs)) === 1 ? { kind: 'none' } : file;
        case 'failed':
          if (!isOfHost(file.outcome)) await redis.del(keys.robotsAsking(origin));
          else await keep(origin, 'failed', file, failureLifeMs[isTemporary(file.outcome) ? 'temporary' : 'final']);
          return file;
      }
    },

    noteDelay: async (host, { field, delayMs }) => {
      const key = keys.robotsDelay(host);
      if (delayMs > 0) await redis.multi().hset(key, field, delayMs).pexpire(key, delayLifeMs).exec();
      else await redis.hdel(key, field);
    },
  };
};

/** One letter for the kind; then the text deflated, or the failure as JSON. */
const encode = (file: RobotsFile): Buffer => {
  switch (file.kind) {
    case 'text':
      return Buffer.concat([Buffer.from('t'), deflateRawSync(file.text)]);
    case 'none':
    case 'unavailable':
      return Buffer.from(file.kind[0] as string);
    case 'failed':
      return Buffer.from(`f${JSON.stringify(asMetBefore(file.outcome))}`);
  }
};

const decode = (bytes: Buffer | null | undefined): RobotsFile | undefined => {
  if (!bytes) return undefined;
  const rest = bytes.subarray(1);
  switch (String.fromCharCode(bytes[0] ?? 0)) {
    case 't':
      return { kind: 'text', text: inflateRawSync(rest).toString() };
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
