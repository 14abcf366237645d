import { readdir, readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { readEndpoint, redisFiles } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { expect, test } from 'vitest';
import { type CliWorld, cliWorld, running } from '../support/cli-world.ts';
import { mixedUrls } from '../support/pretend-web/mixed-urls.ts';
import { until } from '../support/until.ts';

const quickly = ['--backoff', '50ms', '--attempts', '2'];

/** A list that no run finishes before the web lets it go: its first lines are answered, the others held. */
const heldList = ({ web }: CliWorld, lines: number): string =>
  Array.from({ length: lines }, (_, i) => web.url(`/${i < 8 ? 'ok' : 'held'}?n=${i}`, `127.0.0.${1 + (i % 4)}`)).join(
    '\n',
  );

const recordsIn = (jsonl: string) =>
  jsonl
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { run: string; seq: number; class: string });

const redisPid = async ({ dir }: CliWorld): Promise<number> => {
  const pid = (await readEndpoint(redisFiles(dir)))?.pid;
  if (pid === undefined || pid === null) throw new Error('no embedded Redis is noted');
  return pid;
};

const isUnderWay = (event: Record<string, unknown>) => event['event'] === 'progress' && Number(event['done']) > 0;

const lastRun = async (world: CliWorld): Promise<string> => {
  const { stdout } = await world.trawl(['status', 'last', '--json']);
  return (JSON.parse(stdout) as { run: string }).run;
};

test('a run of a mixed list ends every line as it was dealt, verifies, and leaves no process behind', async () => {
  const world = await cliWorld();
  const list = mixedUrls({ port: world.web.port, lines: 200, hosts: 12, seed: 7, silent: false });
  await world.file('mixed.txt', list.text);

  const run = await world.trawl(['run', 'mixed.txt', '--out', 'out.jsonl', '--json', ...quickly]);
  expect(run).toMatchObject({ code: 0 });
  const report = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as {
    run: string;
    classes: object;
    inputLines: number;
  };
  expect(report).toMatchObject({ event: 'report', inputLines: list.inputLines, classes: list.expected });
  const records = recordsIn(await world.read('out.jsonl'));
  expect(records.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: list.inputLines }, (_, i) => i),
  );

  expect(await running(await world.pidsOf(report.run))).toEqual([]);
  expect(await world.trawl(['verify', 'last'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Verified: 200 input lines'),
  });
  expect(recordsIn((await world.trawl(['results', 'mixed'])).stdout)).toEqual(records);
  expect((await world.trawl(['report', 'last'])).stdout).toContain('Every one of the 200 input lines has an outcome.');
  expect((await world.trawl(['status'])).stdout).toContain(report.run);
});

test('a command that is killed takes its processes along, Ctrl-C ends one with 130, and resume finishes the run', async () => {
  const world = await cliWorld();
  await world.file('slow.txt', heldList(world, 80));
  const first = world.start(['run', 'slow.txt', '--json']);
  await first.event(isUnderWay);
  const run = await lastRun(world);
  await until(async () => (await world.pidsOf(run)).length === 4); // each of them writes to its log when it begins
  first.child.kill('SIGKILL');
  const pids = await world.pidsOf(run);
  await until(async () => (await running(pids)).length === 0);

  const second = world.start(['resume', run.slice(0, -1), '--json', '--grace', '0s', '--workers', '1']);
  await second.event(isUnderWay);
  second.child.kill('SIGINT');
  const { code, stderr } = await second.ended;
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining(`trawl resume ${run}`) });
  expect(await running(await world.pidsOf(run))).toEqual([]);
  expect((await world.trawl(['verify', run])).code).toBe(1);

  world.web.letGo();
  const third = await world.trawl(['resume', run, '--workers', '1']);
  expect(third).toMatchObject({ code: 0, stdout: expect.stringContaining('Every one of the 80 input lines') });
  expect((await world.trawl(['verify', run])).code).toBe(0);
  expect((await world.trawl(['resume', 'last'])).code).toBe(0);
});

test('workers, collector, producer and Redis that are killed come back, and the run is whole', async () => {
  const world = await cliWorld();
  await world.file('slow.txt', heldList(world, 200));
  const short = [
    '--lock',
    '1500ms',
    '--job-deadline',
    '1s',
    '--stalled-interval',
    '300ms',
    '--lease',
    '4s',
    '--sweep-interval',
    '500ms',
  ];
  const crawl = world.start(['run', 'slow.txt', '--json', ...short, '--timeout', '900ms']);
  await crawl.event(isUnderWay);
  const redis = await redisPid(world);
  const run = await lastRun(world);
  for (const name of ['worker-1', 'producer', 'collector'])
    for (const pid of await running(await world.pidsOf(run, name))) process.kill(pid, 'SIGKILL');
  process.kill(redis, 'SIGKILL');
  world.web.letGo();

  const { code, stderr } = await crawl.ended;
  expect(stderr).toContain('worker-1 ended unexpectedly (killed by SIGKILL)');
  expect(stderr).toContain('Redis is gone; it is started again');
  expect(code).toBe(0);
  expect((await world.trawl(['verify', 'last'])).code).toBe(0);
});

test('a source that cannot be read ends with 2, its reason, and no process', async () => {
  const world = await cliWorld();
  await world.file('a.csv', 'name,link\nx,http://127.0.0.1/\n');
  const { code, stderr } = await world.trawl(['run', 'a.csv', '--workers', '1']);
  expect(code).toBe(2);
  expect(stderr).toContain('no column "url"');
  const run = await lastRun(world);
  expect(await running(await world.pidsOf(run))).toEqual([]);
});

test('stdin is crawled, and with --out - nothing but records is on stdout', async () => {
  const world = await cliWorld();
  const input = `# three\n${world.web.url('/ok')}\nnot a url\n${world.web.url('/status/404')}\n`;
  const { code, stdout, stderr } = await world.start(['run', '-', '--out', '-', '--workers', '1'], { input }).ended;
  expect(code).toBe(0);
  expect(
    recordsIn(stdout)
      .map((record) => record.class)
      .sort(),
  ).toEqual(['http-error', 'invalid', 'ok']);
  expect(stderr).toContain('Every one of the 3 input lines has an outcome.');
  expect((await world.trawl(['verify', 'stdin'])).code).toBe(0);
});

test('URLs on the command line go to both sinks, compressed and kept, and a condition decides the exit code', async () => {
  const world = await cliWorld();
  const urls = [world.web.url('/ok'), world.web.url('/status/404')];
  const { code, stderr } = await world.trawl([
    'run',
    ...urls,
    '--out',
    'out.jsonl.gz',
    '--sink',
    'jsonl,redis',
    '--fail-on',
    'failed>0',
    '--workers',
    '1',
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('--fail-on failed>0 holds: 1 of 2 lines');
  const records = recordsIn(gunzipSync(await readFile(`${world.dir}/out.jsonl.gz`)).toString());
  expect(records).toHaveLength(2);
  expect(recordsIn((await world.trawl(['results', 'last'])).stdout)).toEqual(records);
  expect((await world.trawl(['verify', 'last'])).stdout).toContain('Redis keeps the records: 2');
  const again = await world.trawl(['run', ...urls, '--out', 'out.jsonl.gz']);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('holds something already') });
});

test('what enqueue hands in is crawled by processes that were started one by one', async () => {
  const world = await cliWorld();
  await world.file('list.txt', `${world.web.url('/ok')}\n${world.web.url('/ok?2')}\n`);
  const { code, stdout } = await world.trawl(['enqueue', 'list.txt', '--out', 'out.jsonl']);
  expect(code).toBe(0);
  const run = stdout.trim();
  const fleet = [world.start(['worker']), world.start(['producer']), world.start(['collector', '--run', run])];
  expect((await fleet[2]?.ended)?.code).toBe(0);
  for (const { child } of fleet) child.kill('SIGTERM');
  expect((await Promise.all(fleet.map(({ ended }) => ended))).map((end) => end.code)).toEqual([0, 0, 0]);
  expect((await world.trawl(['verify', run])).code).toBe(0);
});

test('a crawl file says all that flags can say, but for its schedule; its problems come with their lines', async () => {
  const world = await cliWorld();
  await world.file('list.jsonl', `${JSON.stringify({ link: world.web.url('/ok') })}\n`);
  await world.file(
    'crawl.yaml',
    'name: nightly\nsource:\n  path: list.jsonl\n  field: link\nout: out/{run}.jsonl\nworkers: 1\nschedule:\n  every: nonsense\n',
  );
  const run = await world.trawl(['run', '--crawl', 'crawl.yaml']);
  expect(run).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run nightly-/) });
  const [out = ''] = await readdir(`${world.dir}/out`);
  expect(await world.read(`out/${out}`)).toContain('"class":"ok"');
  await world.file('bad.yaml', 'per-host: many\nworker: 1\n');
  const bad = await world.trawl(['run', '--crawl', 'bad.yaml']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('bad.yaml:1: per-host: expected');
  expect(bad.stderr).toContain('bad.yaml:2: worker: unknown key (did you mean workers?)');
});

test('doctor finds a machine on which the tests run fit', async () => {
  const world = await cliWorld();
  expect(await world.trawl(['doctor'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('append-only file on'),
  });
});
