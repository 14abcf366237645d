import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { until } from './until.ts';

/** Where the pages of a process of the fleet are, once it has announced them: the port is its own choice, so nobody else has it. */
export const announcedUrl = async (redis: Redis, pid: number | undefined): Promise<string> => {
  let url: string | undefined;
  await until(async () => {
    const members = await createFleet(redis, firstShard).processes(await redisNowMs(redis));
    url = members.find(({ id }) => id.split(':')[1] === String(pid))?.healthUrl;
    return url !== undefined;
  });
  return url ?? '';
};
