import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type CliWorld, cliWorld } from '../support/cli-world.ts';
import { until } from '../support/until.ts';

const examples = new URL('../../examples/', import.meta.url).pathname;

type PathOf = (host: string, n: number) => string | undefined;

/**
 * A copy of the examples in the directory of the test, in which the hosts of a source are pretend ones.
 * @param pathOf what the n-th host is asked for instead of what the example asks for
 */
const withPretendHosts = async (world: CliWorld, source: string, pathOf: PathOf = () => undefined): Promise<void> => {
  await cp(examples, join(world.dir, 'examples'), { recursive: true });
  const path = join(world.dir, 'examples', source);
  const hosts: string[] = [];
  const text = (await readFile(path, 'utf8')).replaceAll(
    /https:\/\/([a-z0-9-]+\.example)(\/[^\s",]*)/g,
    (_all, host: string, asked: string) => {
      if (!hosts.includes(host)) hosts.push(host);
      const n = hosts.indexOf(host) + 1;
      return world.web.url(pathOf(host, n) ?? asked, `127.0.1.${n}`);
    },
  );
  await writeFile(path, text);
};

const recordsIn = (jsonl: string) =>
  jsonl
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const reportOf = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;

/** `trawl run` of an example, as its first lines say, by one worker. */
const runExample = async (world: CliWorld, name: string, ...more: string[]) => {
  const args = ['--crawl', `examples/${name}.yaml`, '--json', '--workers', '1', ...more];
  const { code, stdout } = await world.trawl(['run', ...args]);
  return { code, report: reportOf(stdout) };
};

test('competitor-monitor: a fleet asks 100 endpoints as soon as the crawl is added', async () => {
  const world = await cliWorld();
  await withPretendHosts(world, 'competitor-monitor.txt');
  for (const app of ['producer', 'worker', 'collector'] as const) world.serve(app);
  const added = await world.trawl(['crawl', 'add', 'examples/competitor-monitor.yaml']);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('schedule: every 15m') });

  const last = async () => {
    const { stdout } = await world.trawl(['schedule', 'list', '--json']);
    return JSON.parse(stdout) as { fired: number; lastResult?: { run: string; state: string; ok: number } };
  };
  await until(async () => (await last()).lastResult?.state === 'finished');
  expect(await last()).toMatchObject({ fired: 1, lastResult: { ok: 100, failed: 0, lines: 100 } });
  const run = (await last()).lastResult?.run ?? '';
  await until(
    async () => JSON.parse((await world.trawl(['status', run, '--json'])).stdout).collectedAtMs !== undefined,
  );
  const records = recordsIn(await world.read(`results/${run}.jsonl`));
  expect(records).toHaveLength(100);
  expect(records.every(({ body }) => typeof (body as { price: unknown }).price === 'string')).toBe(true);
});

test('product-pages: pages are kept as files, each once', async () => {
  const world = await cliWorld();
  await withPretendHosts(world, 'product-pages.csv');
  const { code, report } = await runExample(world, 'product-pages');
  expect({ code, report }).toMatchObject({ code: 0, report: { inputLines: 60, classes: { ok: 60 } } });
  const [file = ''] = await readdir(join(world.dir, 'examples/product-pages'));
  expect(file).toBe(`${String(report['run'])}.jsonl.gz`);
  const records = recordsIn(gunzipSync(await readFile(join(world.dir, 'examples/product-pages', file))).toString());
  for (const { bodyFile } of records) expect(await world.read(join('bodies', String(bodyFile)))).toContain('<title>');
});

test('site-monitor: what fails for a moment is up, what is down is named', async () => {
  const world = await cliWorld();
  const special: Record<number, string> = { 3: '/flaky?id=3&fails=1', 7: '/status/404', 9: '/reset' };
  await withPretendHosts(world, 'site-monitor.txt', (_host, n) => special[n] ?? '/ok');
  const { code, report } = await runExample(world, 'site-monitor', '--backoff', '20ms');
  expect(code).toBe(1); // fail-on
  expect(report).toMatchObject({ inputLines: 40, classes: { ok: 38, 'http-error': 1, 'cut-short': 1 } });
  const down = recordsIn((await world.trawl(['results', 'last'])).stdout).filter((record) => record['class'] !== 'ok');
  expect(down.map(({ url }) => new URL(String(url)).hostname).sort()).toEqual(['127.0.1.7', '127.0.1.9']);
  expect(world.web.arrivals.countFor('/flaky?id=3&fails=1')).toBe(2);
});

test('api-report: fifty answers in one file, also of those that first said no', async () => {
  const world = await cliWorld();
  await withPretendHosts(world, 'api-report.jsonl', (_host, n) =>
    n % 25 === 1 ? `/limited?id=${n}&times=1&retry-after=1` : n % 5 === 0 ? '/echo' : `/json?bytes=600&id=${n}`,
  );
  const { code, report } = await runExample(world, 'api-report');
  expect({ code, report }).toMatchObject({ code: 0, report: { inputLines: 50, classes: { ok: 50 } } });
  const records = recordsIn(await world.read(`examples/reports/${String(report['run'])}.jsonl`));
  expect(records).toHaveLength(50);
  expect(records.every(({ body }) => body !== null && typeof body === 'object')).toBe(true);
  const bodyOf = (n: number) => records.find(({ seq }) => seq === n - 1)?.['body'];
  expect(bodyOf(10)).toMatchObject({ method: 'POST', body: '{"from":"2026-01-01","to":"2026-01-31"}' });
  expect(bodyOf(5)).toMatchObject({ headers: { 'x-api-key': 'key-of-05' } });
});
