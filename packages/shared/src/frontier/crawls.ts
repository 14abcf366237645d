import { isDeepStrictEqual } from 'node:util';
import type { CrawlContent, CrawlDefinition } from '../domain/crawl-definition.ts';
import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

export type Definition = { kind: 'added' | 'changed' | 'unchanged'; version: number };

/** The crawls that the fleet knows by name. Runs keep the version that they were started with, whatever becomes of it here. */
export const createCrawls = (redis: Redis, shard: Shard) => {
  const scripts = loadScripts(redis);
  const keys = keysOf(shard);

  const get = async (name: string): Promise<CrawlDefinition | undefined> => {
    const version = await redis.hget(keys.crawls, name);
    return version === null ? undefined : read(name, version);
  };
  const read = async (name: string, version: string): Promise<CrawlDefinition | undefined> => {
    const text = await redis.hget(keys.crawl(name), version);
    return text === null ? undefined : { name, version: Number(version), ...(JSON.parse(text) as Stored) };
  };

  return {
    get,

    /** Adds a crawl, or a version to it; the same content again changes nothing. */
    define: async (name: string, content: CrawlContent, nowMs: number): Promise<Definition> => {
      for (;;) {
        const newest = await get(name);
        if (newest && isDeepStrictEqual(contentOf(newest), asStored(content)))
          return { kind: 'unchanged', version: newest.version };
        const version = (newest?.version ?? 0) + 1;
        const stored: Stored = { ...content, createdAtMs: Math.floor(nowMs) };
        const args = ['define', name, newest?.version ?? '', version, JSON.stringify(stored)];
        if ((await scripts.crawl([shard.prefix], args)) === 'done')
          return { kind: newest ? 'changed' : 'added', version };
      }
    },

    /** The newest version of each, by name. */
    list: async (): Promise<CrawlDefinition[]> => {
      const versions = Object.entries(await redis.hgetall(keys.crawls)).sort(([a], [b]) => (a < b ? -1 : 1));
      const found = await Promise.all(versions.map(([name, version]) => read(name, version)));
      return found.filter((one) => one !== undefined);
    },

    /** `scheduled`: a schedule names it, nothing was changed. */
    remove: async (name: string): Promise<'done' | 'scheduled' | 'unknown'> =>
      (await scripts.crawl([shard.prefix], ['remove', name])) as 'done' | 'scheduled' | 'unknown',
  };
};

type Stored = Omit<CrawlDefinition, 'name' | 'version'>;

const contentOf = ({ name: _name, version: _version, createdAtMs: _createdAt, ...content }: CrawlDefinition) => content;

const asStored = (content: CrawlContent): CrawlContent => JSON.parse(JSON.stringify(content)) as CrawlContent;
