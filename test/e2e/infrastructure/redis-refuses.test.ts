import type { ChildProcess } from 'node:child_process';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { cliWorld } from '../../support/cli-world.ts';
import { type FleetWorld, withFleetAndWeb } from '../../support/fleet-and-web.ts';
import { endOf } from '../../support/fleet-world.ts';
import { pretendHosts } from '../../support/pretend-web/pretend-hosts.ts';
import type { PretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { until } from '../../support/until.ts';

let world: FleetWorld;
let web: PretendWeb;
let redis: Redis;
withFleetAndWeb((...given) => ([world, web, redis] = given));

const hosts = pretendHosts(10);
const lines = 200;
const list = (length: number, delayMs: number): string =>
  Array.from({ length }, (_, i) => `http://${hosts[i % hosts.length]}:${web.port}/ok?delay=${delayMs}&id=${i}`).join(
    '\n',
  );

/** Longer than the trouble, and than a busy machine takes for a page: what is held need not be fetched again. */
const patientLocks = { TRAWL_JOB_DEADLINE: '45s', TRAWL_LOCK: '60s', TRAWL_LEASE: '120s', TRAWL_LOG_LEVEL: 'info' };

const snapshotsFail = async (): Promise<void> => {
  await mkdir(join(world.redis.dataDir, 'redis', 'dump.rdb'));
  await redis.config('SET', 'save', '3600 1');
  await redis.bgsave();
  await until(async () => (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'));
};
const snapshotsWork = async (): Promise<void> => {
  await redis.config('SET', 'save', '');
  await rmdir(join(world.redis.dataDir, 'redis', 'dump.rdb'));
};

const troubles = {
  OOM: {
    begin: async () => void (await redis.config('SET', 'maxmemory', '1')),
    end: async () => void (await redis.config('SET', 'maxmemory', '0')),
  },
  MISCONF: { begin: snapshotsFail, end: snapshotsWork },
  NOREPLICAS: {
    begin: async () => void (await redis.config('SET', 'min-replicas-to-write', '1')),
    end: async () => void (await redis.config('SET', 'min-replicas-to-write', '0')),
  },
  READONLY: {
    begin: async () => void (await redis.replicaof('127.0.0.1', await freePort())),
    end: async () => void (await redis.replicaof('NO', 'ONE')),
  },
};

const healthUrlOf = async ({ pid }: ChildProcess): Promise<string> => {
  for (;;) {
    const members = await createFleet(redis, firstShard).processes(await redisNowMs(redis));
    const url = members.find(({ id }) => id.split(':')[1] === String(pid))?.healthUrl;
    if (url !== undefined) return url;
  }
};

test.each(Object.entries(troubles))(
  'while Redis answers %s every process waits, says so once, and goes on by itself',
  async (word, trouble) => {
    await world.createRun('a', list(lines, 100), { robots: 'ignore' });
    const worker = world.start('worker', [], { ...patientLocks, TRAWL_HEALTH: '127.0.0.1:0' });
    const producer = world.start('producer', ['--run', 'a'], patientLocks);
    const collector = world.start('collector', ['--run', 'a'], patientLocks);
    await world.recorded('a', 30);
    const url = await healthUrlOf(worker);
    await trouble.begin();
    const saidBy = (child: typeof worker) => world.logOf(child).split('"Redis refuses commands: waiting"').length - 1;
    await until(() => saidBy(worker) > 0 && saidBy(producer) > 0);
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(`Redis refuses commands: ${word}`);
    await trouble.end();
    expect((await world.finished('a')).classes).toEqual({ ok: lines });
    expect(await endOf(collector)).toBe(0);
    expect(await world.seqsInFile('a')).toEqual(Array.from({ length: lines }, (_, seq) => seq));
    expect([producer.exitCode, worker.exitCode, saidBy(worker), saidBy(producer)]).toEqual([null, null, 1, 1]);
    expect(world.logOf(worker)).not.toContain('queue connection error');
    expect(web.arrivals.total()).toBe(lines);
  },
);

test('a full Redis takes the outcomes that workers hold, and a new collector makes room', async () => {
  await world.createRun('a', list(60, 1000), { perHost: 2, robots: 'ignore' });
  world.start('worker', [], patientLocks);
  world.start('producer', ['--run', 'a'], patientLocks);
  const recorded = async () => Number(await redis.hget('{t0}:count:a', 'recorded'));
  await world.recorded('a', 10);
  await until(async () => web.arrivals.total() >= (await recorded()) + 5);
  await troubles.OOM.begin();
  // A job may be in a worker's hands and not begun yet: BullMQ hands out what it takes when it has taken all that it wants.
  await until(async () => (await recorded()) === web.arrivals.total());
  world.start('collector', ['--run', 'a'], patientLocks);
  await until(async () => ((await world.status('a')).uncollected ?? 0) === 0);
  expect((await world.status('a')).state).not.toBe('finished');
  await troubles.OOM.end();
  expect((await world.finished('a')).classes).toEqual({ ok: 60 });
});

test('trawl run that a full Redis refuses ends with 2, and begins nothing', async () => {
  const { file, start } = await cliWorld();
  await file('urls.txt', 'no url');
  await troubles.OOM.begin();
  const { code, stderr } = await start(['run', 'urls.txt', '--redis', world.redis.url, '--out', 'out.jsonl']).ended;
  await troubles.OOM.end();
  expect(stderr).toContain('Redis refuses commands: OOM');
  expect([code, await redis.keys('{t0}:run:*')]).toEqual([2, []]);
});
