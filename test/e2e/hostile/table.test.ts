import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFetcher, type Fetcher } from '../../../apps/worker/src/fetch/fetch-page.ts';
import { localGuard } from '../../support/fetch-world.ts';
import { fetchHostileCases, isExpected, type Result } from '../../support/hostile-web/fetch-hostile-cases.ts';
import type { HostileCase } from '../../support/hostile-web/hostile-case.ts';
import { hostileLookup } from '../../support/hostile-web/hostile-names.ts';
import { hostileTable } from '../../support/hostile-web/hostile-table.ts';
import { type HostileWeb, hostileAuthority, startHostileWeb } from '../../support/hostile-web/start-hostile-web.ts';
import { until } from '../../support/until.ts';

let web: HostileWeb;
let fetcher: Fetcher;
let results: Map<HostileCase, Result>;
const rejections: unknown[] = [];
const onRejection = (reason: unknown) => rejections.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  web = await startHostileWeb(hostileTable);
  const now = () => performance.now();
  fetcher = createFetcher({
    concurrency: 64,
    dns: { lookup: hostileLookup },
    guard: localGuard,
    now,
    ca: hostileAuthority,
  });
  results = await fetchHostileCases(hostileTable, { web, fetcher, atOnce: 64 });
  await fetcher.close();
}, 120_000);

afterAll(async () => {
  await web.close();
  process.off('unhandledRejection', onRejection);
});

const byName = new Map(hostileTable.map((hostileCase) => [hostileCase.name, hostileCase]));
const families = Map.groupBy(byName.keys(), (name) => name.split('/', 1)[0] as string);

describe.each([...families.keys()])('%s', (family) => {
  it.each(families.get(family) as string[])('%s', (name) => expectEnds(byName.get(name) as HostileCase));
});

const expectEnds = (hostileCase: HostileCase): void => {
  const result = results.get(hostileCase) as Result;
  for (const [step, expected] of hostileCase.ends.entries()) {
    const [end, body] = [result.ends[step] ?? 'nothing', result.bodies[step]];
    if (!isExpected(expected, end, body)) expect(`${end} ${body}`).toEqual(expected);
  }
  if (hostileCase.text !== undefined) expect(result.text).toBe(hostileCase.text);
  const seen = web.seen(hostileCase);
  expect(seen.requests.length).toBeLessThanOrEqual(hostileCase.requests);
  expect(seen.bytes).toBeLessThanOrEqual(hostileCase.bytes);
  hostileCase.saw?.(seen.requests);
};

describe('the table', () => {
  it('has a name for every case', () => {
    expect(new Set(hostileTable.map(({ name }) => name)).size).toBe(hostileTable.length);
    expect(hostileTable.length).toBeGreaterThan(150);
  });

  it('leaves no rejection without a handler', () => {
    expect(rejections).toEqual([]);
  });

  it('leaves no socket open, and nothing of the memory for bodies in use', async () => {
    await until(() => web.openSockets() === 0);
    expect(fetcher.memory.heldBytes()).toBe(0);
  });
});
