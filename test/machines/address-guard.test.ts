import { readFile } from 'node:fs/promises';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf } from '../support/fleet-world.ts';
import { forbiddenNetworks } from '../support/forbidden-networks.ts';
import { type GuardCase, guardCases } from '../support/guard-cases.ts';
import { publicAddresses, startGuardedMachine } from '../support/machines/guarded-machine.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { redisPort } from '../support/machines/redis-of-machine.ts';
import { until } from '../support/until.ts';

const { title, areMissing } = await machinesHere();

/** Names that this machine's own hosts file gives to its loopback. */
const namesOfLoopback = async (): Promise<string[]> => {
  const lines = (await readFile('/etc/hosts', 'utf8')).split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => /^(127\.|::1\s)/.test(line)).flatMap((line) => line.split(/\s+/).slice(1));
};

const settings = {
  attempts: 1,
  perHost: 20,
  connectTimeoutMs: 40_000,
  headersTimeoutMs: 40_000,
  totalTimeoutMs: 80_000,
};

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Awaited<ReturnType<typeof startGuardedMachine>>;
  let cases: GuardCase[];

  beforeAll(async () => {
    const made = guardCases({ publicAddresses, redisPort, localNames: [...new Set(await namesOfLoopback())] });
    cases = made.cases;
    world = await startGuardedMachine(made.names);
    world.start('producer', []);
    world.start('collector', []);
  });
  afterAll(() => world?.stop());

  /** What became of each line, in their order. */
  const crawl = async (
    run: string,
    lines: GuardCase[],
    variables: Record<string, string>,
  ): Promise<OutcomeRecord[]> => {
    const worker = world.start('worker', [], variables);
    await world.leaveRun(run, lines.map(({ url }) => url).join('\n'), settings);
    await until(async () => (await world.status(run)).collectedAtMs !== undefined);
    expect(await endOf(worker, 'SIGTERM')).toBe(0);
    const written = (await readFile(world.outputOf(run), 'utf8')).trimEnd().split('\n');
    return written.map((line) => JSON.parse(line) as OutcomeRecord).sort((a, b) => a.seq - b.seq);
  };

  test('a fleet connects to no address that is not public, however it is spelled, named, or led to', async () => {
    expect(cases.length).toBeGreaterThan(600);
    const records = await crawl('guarded', cases, {});
    expect(records.map(({ seq }) => seq)).toEqual(cases.map((_, seq) => seq));
    const wrong = cases
      .map(({ what, url, ends }, i) => ({ what, url, ends, found: `${records[i]?.class} ${records[i]?.reason}` }))
      .filter(({ ends, found }) => found !== ends);
    expect(wrong).toEqual([]);
    const { arrivals, publicConnections } = await world.arrivals();
    expect(arrivals).toEqual([]);
    expect(publicConnections).toBeGreaterThan(8);
    expect(await world.didRedisHearHttp()).toBe(false);
  });

  test('the same fleet reaches every network when all are opened: its own Redis and bad ports stay closed', async () => {
    const literals = cases.filter(({ what }) => what === 'literal');
    const redis = cases.filter(({ what }) => what.includes('Redis'));
    const records = await crawl('open', [...literals, ...redis], { TRAWL_ALLOW_PRIVATE: '0.0.0.0/0,::/0' });
    const heard = new Set((await world.arrivals()).arrivals);
    const expected = forbiddenNetworks.filter(({ isOutOfReach }) => !isOutOfReach).map(({ network }) => network);
    const reached = forbiddenNetworks.filter(({ addresses }) =>
      addresses.map(arrivingAs).some((one) => heard.has(one)),
    );
    expect(reached.map(({ network }) => network)).toEqual(expected);
    const toRedis = records.slice(literals.length);
    expect(toRedis.length).toBeGreaterThan(9);
    expect(new Set(toRedis.map(({ class: kind, reason }) => `${kind} ${reason}`))).toEqual(
      new Set(['forbidden blocked-port']),
    );
    expect(await world.didRedisHearHttp()).toBe(false);
    await expect(fetch(`http://127.0.0.1:${world.redisDoor}/`)).rejects.toThrow();
    await until(() => world.didRedisHearHttp());
  });
});

/** The system takes "no address" for the loopback, and a mapped address for the one inside. */
const arrivingAs = (address: string): string => {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '::1';
  const [, high = '', low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(address) ?? [];
  if (low === undefined) return address;
  return [high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join('.');
};
