import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliWorld, cliWorld } from '../support/cli-world.ts';
import { until } from '../support/until.ts';

const said = async (world: CliWorld, ...args: string[]) => {
  const { code, stdout, stderr } = await world.trawl(args);
  return { code, text: stdout + stderr };
};

const json = async (world: CliWorld, ...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await world.trawl([...args, '--json'])).stdout) as Record<string, unknown>;

const crawlFile = (...lines: string[]): string =>
  ['source: urls.txt', 'header:', '  authorization: Bearer secret', ...lines].join('\n');

test('a crawl is added, changed, shown, started and removed', async () => {
  const world = await cliWorld();
  await world.file('urls.txt', `${world.web.url('/ok')}\n`);
  await world.file('shops.yaml', crawlFile('per-host: 2'));
  world.serve('producer'); // keeps the Redis of the directory up, and feeds what is started

  expect(await said(world, 'crawl', 'add', 'shops.yaml')).toEqual({ code: 0, text: 'crawl shops added: version 1\n' });
  expect((await said(world, 'crawl', 'add', 'shops.yaml')).text).toBe('crawl shops is unchanged: version 1\n');
  await world.file('shops.yaml', crawlFile('per-host: 3', 'out: out/{run}.jsonl'));
  expect((await said(world, 'crawl', 'add', 'shops.yaml')).text).toBe('crawl shops changed: version 2\n');

  const shown = (await said(world, 'crawl', 'show', 'shops')).text;
  expect(shown).toMatch(/per-host +3\n/);
  expect(shown).not.toContain('secret');
  expect(await json(world, 'crawl', 'list')).toMatchObject({
    name: 'shops',
    version: 2,
    source: { kind: 'text', path: join(world.dir, 'urls.txt') },
    sinks: [{ path: join(world.dir, 'out/{run}.jsonl') }],
    settings: { headers: { authorization: '[not shown]' } },
  });

  const run = (await world.trawl(['crawl', 'start', 'shops'])).stdout.trim();
  expect(run).toMatch(/^shops-\d{8}-\d{6}-[a-z0-9]{4}$/);
  const status = await json(world, 'status', run);
  expect(status).toMatchObject({ spec: { crawl: { name: 'shops', version: 2 }, fedBy: 'fleet' } });
  expect(await world.trawl(['resume', run])).toMatchObject({ code: 0 });
  expect(await world.read(`out/${run}.jsonl`)).toContain('"class":"ok"');

  expect((await said(world, 'crawl', 'show', 'shps')).text).toContain('did you mean shops?');
  expect(await said(world, 'crawl', 'remove', 'shops')).toMatchObject({ code: 0 });
  expect((await said(world, 'crawl', 'list')).text).toContain('There are no crawls yet');
});

test('a crawl recurs by its file or by a command; as long as it does it is not removed', async () => {
  const world = await cliWorld();
  await world.file('urls.txt', `${world.web.url('/ok')}\n`);
  await world.file('shops.yaml', crawlFile('schedule:', '  every: 1h', '  start: 2099-01-01'));
  world.serve('producer');

  expect((await said(world, 'crawl', 'add', 'shops.yaml')).text).toContain('schedule: every 1h');
  expect(await said(world, 'crawl', 'remove', 'shops')).toEqual({
    code: 2,
    text: expect.stringContaining('trawl schedule remove shops'),
  });
  expect((await said(world, 'schedule', 'list')).text).toContain('2099-01-01 00:00:00');
  expect((await said(world, 'schedule', 'pause', 'shops')).text).toContain('paused');
  expect((await said(world, 'schedule', 'list')).text).toMatch(/every 1h, paused +paused/);
  expect((await said(world, 'schedule', 'resume', 'shops')).text).toContain('resumed');

  const replaced = await said(world, 'schedule', 'add', 'shops', '--every', '1s', '--limit', '1', '--overlap', 'queue');
  expect(replaced.text).toBe('schedule of shops changed: every 1s, limit 1, overlap queue\n');
  await until(async () => (await json(world, 'schedule', 'list'))['ended'] === 'limit');
  const look = await json(world, 'schedule', 'list');
  expect(look).toMatchObject({
    crawl: 'shops',
    fired: 1,
    skipped: 0,
    queued: 0,
    lastResult: { lines: expect.any(Number) },
  });
  expect(look).not.toHaveProperty('nextAtMs');

  expect((await said(world, 'schedule', 'remove', 'shops')).text).toContain('removed');
  expect(await said(world, 'schedule', 'remove', 'shops')).toMatchObject({ code: 2 });
  expect((await said(world, 'crawl', 'remove', 'shops')).code).toBe(0);
});

test('a file that cannot be a crawl of the fleet is refused, with everything that is wrong and where', async () => {
  const world = await cliWorld();
  await world.file(
    'bad.yaml',
    ['source: "-"', 'per-host: none', 'out: "-"', 'schedule:', '  every: 1ms', '  ovrlap: skip'].join('\n'),
  );
  const { code, text } = await said(world, 'crawl', 'add', 'bad.yaml');
  expect(code).toBe(2);
  expect(text.split('\n').slice(0, 5)).toEqual([
    expect.stringMatching(/^bad\.yaml:1: source: stdin/),
    expect.stringMatching(/^bad\.yaml:2: per-host: expected/),
    expect.stringMatching(/^bad\.yaml:3: out: expected a file/),
    expect.stringMatching(/^bad\.yaml:5: schedule\.every: expected/),
    expect.stringMatching(/^bad\.yaml:6: schedule\.ovrlap: unknown key/),
  ]);
});

test('runs of a schedule need files of their own', async () => {
  const world = await cliWorld();
  await world.file('urls.txt', `${world.web.url('/ok')}\n`);
  await world.file('shops.yaml', crawlFile('out: shops.jsonl.gz', 'schedule:', '  every: 1h'));
  const remedy = join(world.dir, 'shops-{run}.jsonl.gz');
  expect(await said(world, 'crawl', 'add', 'shops.yaml')).toEqual({ code: 2, text: expect.stringContaining(remedy) });
  await world.file('shops.yaml', crawlFile('out: shops.jsonl.gz'));
  await said(world, 'crawl', 'add', 'shops.yaml');
  expect(await said(world, 'schedule', 'add', 'shops', '--every', '1h')).toEqual({
    code: 2,
    text: expect.stringContaining(remedy),
  });
});
