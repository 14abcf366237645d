import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { afterEach, expect, it } from 'vitest';
import { createFetcher, type FetcherOptions } from '../../../apps/worker/src/fetch/fetch-page.ts';
import { afterwards, cleanUp, localGuard } from '../../support/fetch-world.ts';
import { fetchHostileCases, isExpected } from '../../support/hostile-web/fetch-hostile-cases.ts';
import { hostileLookup } from '../../support/hostile-web/hostile-names.ts';
import { hostileTable } from '../../support/hostile-web/hostile-table.ts';
import { startHostileWeb } from '../../support/hostile-web/start-hostile-web.ts';
import { until } from '../../support/until.ts';

afterEach(cleanUp);

/** Cases about bodies, all of them at once. */
const cases = hostileTable.filter(({ name }) => /^(size|bomb|coding|chunks|length)\//.test(name));

const unexpected = async (settings: Partial<CrawlSettings>, options: Partial<FetcherOptions>) => {
  const web = await startHostileWeb(cases);
  afterwards(web.close);
  const now = () => performance.now();
  const fetcher = createFetcher({
    concurrency: 128,
    dns: { lookup: hostileLookup },
    guard: localGuard,
    now,
    ...options,
  });
  afterwards(fetcher.close);
  const results = await fetchHostileCases(cases, { web, fetcher, settings, atOnce: 128 });
  const wrong = [...results].flatMap(([{ name, ends }, result]) =>
    [...ends.entries()]
      .filter(([step, expected]) => !isExpected(expected, result.ends[step] ?? 'nothing', result.bodies[step]))
      .map(([step]) => `${name}: ${result.ends[step]}`),
  );
  return { fetcher, wrong };
};

it('bad bodies end as they have to where bodies are kept as files, and leave no file that is not whole', async () => {
  const bodiesDir = mkdtempSync(join(tmpdir(), 'trawl-hostile-'));
  afterwards(() => rmSync(bodiesDir, { recursive: true }));
  const { wrong } = await unexpected({ bodies: 'files' }, { bodiesDir });
  expect(wrong).toEqual([]);
  await until(() => readdirSync(join(bodiesDir, 'tmp')).length === 0);
});

it('bad bodies end as they have to where there is hardly memory for them: they wait for each other', async () => {
  const { fetcher, wrong } = await unexpected({ bodies: 'inline' }, { bodyMemoryBytes: 4 * 1024 ** 2 });
  expect(wrong).toEqual([]);
  expect(fetcher.memory.heldBytes()).toBe(0);
});
