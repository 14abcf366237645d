import { jobIdOfSlot } from '@trawl/shared/domain/firing-job.ts';
import { type Schedule, type ScheduleTerms, scheduleOf } from '@trawl/shared/domain/schedule.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { nextSlot } from '@trawl/shared/frontier/slots.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ControlQueue, openControlQueue } from '../../apps/producer/src/schedule/control-queue.ts';
import { reconcile } from '../../apps/producer/src/schedule/reconcile.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { everySecond } from '../support/schedule-world.ts';

let redis: Redis;
let queue: ControlQueue;

withRedisOfItsOwn((given) => (redis = given));
beforeEach(() => {
  queue = openControlQueue(redis, firstShard);
});
afterEach(() => queue.close());

const hourMs = 3_600_000;

const schedule = (nowMs: number, change: Partial<ScheduleTerms> = {}): Schedule =>
  scheduleOf('a', everySecond(change), { before: undefined, nowMs });

const times: [string, (nowMs: number) => Partial<ScheduleTerms>][] = [
  ['an interval', () => ({ timing: { kind: 'every', everyMs: hourMs } })],
  ['an interval from a start at a full hour', () => ({ timing: { kind: 'every', everyMs: hourMs }, startMs: hourMs })],
  ['an interval from a start to come', (nowMs) => ({ startMs: nowMs + hourMs })],
  ['an interval with an end', (nowMs) => ({ endMs: nowMs + hourMs })],
  ['a pattern', () => ({ timing: { kind: 'pattern', pattern: '30 2 * * *', tz: 'Europe/Berlin' } })],
  [
    'a pattern between a start and an end',
    (nowMs) => ({
      timing: { kind: 'pattern', pattern: '*/5 * * * * *', tz: 'UTC' },
      startMs: nowMs + hourMs,
      endMs: nowMs + 2 * hourMs,
    }),
  ],
];

test.each(times)('BullMQ finds the same next slot for %s, and is left alone from then on', async (_what, change) => {
  const nowMs = Math.floor(await redisNowMs(redis));
  const one = schedule(nowMs, change(nowMs));
  const wanted = [{ schedule: one, state: {} }];
  expect(await reconcile(wanted, queue, nowMs)).toEqual({ make: [one], remove: [] });
  expect(await redis.zrange('{t0}:control:repeat', '0', '-1', 'WITHSCORES')).toEqual([
    'a',
    String(nextSlot(one, nowMs)),
  ]);
  const before = await redis.zrange('{t0}:control:delayed', '0', '-1');
  expect(await reconcile(wanted, queue, nowMs)).toEqual({ make: [], remove: [] });
  expect(await redis.zrange('{t0}:control:delayed', '0', '-1')).toEqual(before);
});

test.each(times)(
  'a job that was left over does not keep the scheduler of %s from being made again',
  async (_what, change) => {
    const nowMs = Math.floor(await redisNowMs(redis));
    const one = schedule(nowMs, change(nowMs));
    await reconcile([{ schedule: one, state: {} }], queue, nowMs);
    await redis.del('{t0}:control:repeat', '{t0}:control:repeat:a');
    expect(await reconcile([{ schedule: one, state: {} }], queue, nowMs)).toEqual({ make: [one], remove: [] });
    expect(await redis.zscore('{t0}:control:repeat', 'a')).toBe(String(nextSlot(one, nowMs)));
  },
);

test('a scheduler whose next job was removed is made again', async () => {
  const nowMs = Math.floor(await redisNowMs(redis));
  const one = schedule(nowMs, { timing: { kind: 'every', everyMs: hourMs } });
  const wanted = [{ schedule: one, state: {} }];
  await reconcile(wanted, queue, nowMs);
  const id = jobIdOfSlot('a', nextSlot(one, nowMs) ?? 0);
  await redis.del(keysOf(firstShard).job('control', id));
  await redis.zrem('{t0}:control:delayed', id);
  expect(await reconcile(wanted, queue, nowMs)).toEqual({ make: [one], remove: ['a'] });
  expect(await redis.exists(keysOf(firstShard).job('control', id))).toBe(1);
});
