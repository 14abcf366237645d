import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { startMachines } from '../../test/support/machines/machines-world.ts';
import { whyNoMachines } from '../../test/support/machines/why-no-machines.ts';
import { until } from '../../test/support/until.ts';
import type { BenchCase } from '../support/bench-case.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Figure } from '../support/figure.ts';

const urls = 1800;
const answerMs = 1000;
/** Little against what a worker can do, so that all it does is wait: then machines must add up. */
const concurrency = 50;
const hosts = 24;
const farRedisMs = 25;

/** Every worker process on a machine (a network namespace) of its own, as are Redis, producer and web. */
export const machines: BenchCase = {
  name: 'machines',
  about: `${urls} URLs that take 1 s, ${concurrency} at once in a worker: 1, 2 and 4 worker machines; 2 far from Redis`,
  run: async (world) => {
    const reason = await whyNoMachines();
    if (reason !== undefined) return { kind: 'skipped', reason };
    const one = await perSecond({ workers: 1 }, world);
    const two = await perSecond({ workers: 2 }, world);
    const four = await perSecond({ workers: 4 }, world);
    const far = await perSecond({ workers: 2, redisDelayMs: farRedisMs }, world);
    const toOne = (what: string, value: number, atLeast: number): Figure => ({
      ...speed(what, value),
      reference: { name: '1 worker', value: one },
      ratio: value / one,
      target: { of: 'ratio', atLeast },
    });
    return {
      kind: 'measured',
      figures: [
        { ...speed('1 worker', one), reference: { name: 'ideal', value: concurrency }, ratio: one / concurrency },
        toOne('2 workers', two, 1.8),
        toOne('4 workers', four, 3.6),
        {
          ...speed(`2 workers, Redis ${2 * farRedisMs} ms away`, far),
          reference: { name: '2 near', value: two },
          ratio: far / two,
        },
      ],
      notes: [],
      detail: { perSecond: { one, two, four, far }, concurrency, hosts },
    };
  },
};

const speed = (what: string, value: number): Figure => ({ what, value, unit: 'a second' });

/** URLs a second from the first push to the last outcome; the workers are there before it begins. */
async function perSecond(
  { workers, redisDelayMs }: { workers: number; redisDelayMs?: number },
  world: BenchWorld,
): Promise<number> {
  world.stop.throwIfAborted();
  const fleet = await startMachines({
    workerHosts: workers,
    settings: { TRAWL_LOG_LEVEL: 'error', TRAWL_CONCURRENCY: String(concurrency) },
    ...(redisDelayMs !== undefined && { redisDelayMs }),
  });
  try {
    for (const machine of fleet.machines.workers) fleet.start('worker', machine);
    const there = createFleet(fleet.redis, firstShard);
    await until(async () => {
      world.stop.throwIfAborted();
      return (await there.concurrency(0)) === workers * concurrency;
    });
    const on = fleet.web.hosts(hosts);
    const list = Array.from({ length: urls }, (_, i) => `http://${on[i % hosts]}/delay/${answerMs}?id=${i}`);
    await fleet.createRun('bench', list.join('\n'), { perHost: 1000 });
    fleet.start('producer', fleet.machines.producer, ['--run', 'bench']);
    await until(async () => {
      world.stop.throwIfAborted();
      return (await fleet.status('bench')).state === 'finished';
    });
    const { classes, firstPushAtMs = 0, lastOutcomeAtMs = 0 } = await fleet.status('bench');
    if (classes['ok'] !== urls) throw new Error(`not every URL is recorded as ok: ${JSON.stringify(classes)}`);
    const value = (urls * 1000) / (lastOutcomeAtMs - firstPushAtMs);
    world.say(`${workers} workers${redisDelayMs === undefined ? '' : ', far'}: ${value.toFixed(1)} a second`);
    return value;
  } finally {
    await fleet.stop();
  }
}
