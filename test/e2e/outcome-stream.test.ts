import { openOutcomeReader, sinkGroup } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { beforeEach, expect, test } from 'vitest';
import { recordingOn } from '../support/collector-world.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

const open = () => openOutcomeReader(world.redis, firstShard, 'a');

beforeEach(async () => {
  await world.startRun('a');
  await recordingOn(world).record('a', { from: 0, to: 20, last: false });
});

/** What the collector that owns the run says of what it has read. */
const acknowledgementBy = async (token: string) => {
  const { entries, records, bytes } = await (await open()).read(0);
  const entryIds = entries.map(({ id }) => id);
  const counters = new Map([['records', records]]);
  return { run: 'a', token, group: sinkGroup, keepEntries: false, records, bytes, sinkState: '1', entryIds, counters };
};

const books = async () => ({
  uncollected: (await world.runs.status('a'))?.uncollected,
  lag: Number(await world.redis.hget(world.keys.lag, 'a')),
  counted: Number(await world.redis.hget(world.keys.stats('a'), 'records')),
});

test('what a collector took and did not acknowledge comes first to the next one', async () => {
  const taken = await (await open()).read(0);
  await recordingOn(world).record('a', { from: 20, to: 40, last: false });
  const next = await open();
  expect(await next.read(0)).toMatchObject({ entries: taken.entries });
  expect((await next.read(0)).records).toBe(20);
});

test('an acknowledgement by a collector that has lost the run changes nothing', async () => {
  const acknowledgement = await acknowledgementBy('first');
  await world.redis.set(world.keys.owner('a'), 'second');
  const before = await books();
  expect(await world.frontier.acknowledge(acknowledgement)).toBe(false);
  expect(await books()).toEqual(before);
});

test('an acknowledgement that is sent again counts once', async () => {
  const acknowledgement = await acknowledgementBy('mine');
  await world.redis.set(world.keys.owner('a'), 'mine');
  expect(await world.frontier.acknowledge(acknowledgement)).toBe(true);
  expect(await world.frontier.acknowledge(acknowledgement)).toBe(true);
  expect(await books()).toEqual({ uncollected: 0, lag: 0, counted: 20 });
});
