import { readFile } from 'node:fs/promises';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { afterEach, expect, it } from 'vitest';
import { afterwards, cleanUp } from '../../support/fetch-world.ts';
import { endOf, startFleetWorld } from '../../support/fleet-world.ts';
import type { End, HostileCase } from '../../support/hostile-web/hostile-case.ts';
import { hostileTable } from '../../support/hostile-web/hostile-table.ts';
import { hostileNames, startHostileWeb } from '../../support/hostile-web/start-hostile-web.ts';
import { startPretendDns } from '../../support/pretend-dns.ts';
import { until } from '../../support/until.ts';

afterEach(cleanUp);

/** One try, and no patience with hosts that ask for some: every line ends within seconds. */
const hasty = { attempts: 1, patienceMs: 1, retryAfterCapMs: 1, bodies: 'inline', robots: 'ignore' } as const;

/** Sixty thousand chunks take a busy machine longer than other tests give a worker. */
const slow = { TRAWL_JOB_DEADLINE: '20s', TRAWL_LOCK: '30s', TRAWL_LEASE: '60s' };

/** What a record says in the end, where there is but one try. */
const recorded = (end: End): string => {
  const [words = '', then] = end.replace(/ [0-9a-f]{64}$/, '').split(' > ');
  return then?.startsWith('defer') ? `expired ${words}` : words;
};

const isPlain = ({ tls, overrides, ends }: HostileCase) => !tls && !overrides && ends.length === 1;

/** Cases that can share a run: those with the same settings. One in three: what becomes of each is said by the table. */
const crawls = (): { settings: Partial<CrawlSettings>; cases: HostileCase[] }[] => {
  const groups = Map.groupBy(hostileTable.filter(isPlain), ({ settings }) => JSON.stringify(settings ?? {}));
  return [...groups]
    .filter(([, cases]) => cases.length >= 20)
    .map(([settings, cases]) => ({
      settings: JSON.parse(settings) as Partial<CrawlSettings>,
      cases: cases.filter((_, i) => i % 3 === 0),
    }));
};

it('a fleet gives every line of a crawl of the hostile web its one outcome, and its worker lives on', async () => {
  const all = crawls();
  const web = await startHostileWeb(all.flatMap(({ cases }) => cases));
  afterwards(web.close);
  const dns = await startPretendDns(hostileNames(hostileTable));
  afterwards(dns.close);
  const fleet = await startFleetWorld();
  afterwards(fleet.stop);
  const worker = fleet.start('worker', [], { TRAWL_RESOLVER: dns.address, ...slow });
  fleet.start('producer', [], slow);
  fleet.start('collector');

  for (const [i, { settings, cases }] of all.entries()) {
    const urls = cases.map((hostileCase) => web.urlOf(hostileCase, 0));
    await fleet.leaveRun(`r${i}`, urls.join('\n'), { ...settings, ...hasty });
  }
  const wrong: string[] = [];
  for (const [i, { cases }] of all.entries()) {
    await until(async () => (await fleet.status(`r${i}`)).collectedAtMs !== undefined);
    const lines = (await readFile(fleet.outputOf(`r${i}`), 'utf8')).trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as OutcomeRecord).sort((a, b) => a.seq - b.seq);
    expect(records.map(({ seq }) => seq)).toEqual(cases.map((_, seq) => seq));
    for (const [seq, { name, ends }] of cases.entries()) {
      const found = `${records[seq]?.class} ${records[seq]?.reason}`;
      if (![ends[0] ?? ''].flat().map(recorded).includes(found)) wrong.push(`${name}: ${found}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(all.reduce((sum, { cases }) => sum + cases.length, 0)).toBeGreaterThan(700);
  expect(await endOf(worker, 'SIGTERM')).toBe(0);
});
