import { expect, test } from 'vitest';
import { type CliWorld, cliWorld } from '../support/cli-world.ts';

const lines = 200;
/** Lines that are answered; the others are held until the web lets them go, so that no run ends before it is looked at. */
const answered = 20;

const listOf = ({ web }: CliWorld): string =>
  Array.from({ length: lines }, (_, i) =>
    web.url(`/${i < answered ? 'ok' : 'held'}?n=${i}`, `127.0.0.${1 + (i % 4)}`),
  ).join('\n');

/** One worker is enough, and what a slow machine does late has not failed. */
const unhurried = ['--workers', '1', '--headers-timeout', '40s', '--timeout', '40s'];

const allAnswered = (event: Record<string, unknown>) => event['event'] === 'progress' && event['done'] === answered;

const eventsOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a run that is cancelled from another terminal ends with a report in which every line has its outcome', async () => {
  const world = await cliWorld();
  await world.file('list.txt', listOf(world));
  const crawl = world.start(['run', 'list.txt', '--name', 'long', '--json', '--out', 'out.jsonl', ...unhurried]);
  await crawl.event(allAnswered);
  const cancel = await world.trawl(['cancel', 'last', '--json']);
  expect(cancel).toMatchObject({ code: 0 });
  expect(JSON.parse(cancel.stdout)).toMatchObject({
    event: 'cancelled',
    state: 'finished',
    recorded: lines,
    pushed: lines,
  });
  const { code, stdout } = await crawl.ended;
  expect(code).toBe(0);
  const classes = { ok: answered, cancelled: lines - answered };
  const report = { event: 'report', cancelled: true, inputLines: lines, state: 'collected', classes };
  expect(eventsOf(stdout).at(-1)).toMatchObject(report);
  expect((await world.trawl(['verify', 'last'])).code).toBe(0);
  expect((await world.trawl(['status'])).stdout).toContain('cancelled');
  expect(await world.trawl(['cancel', 'last'])).toMatchObject({ code: 2 });
});

test('a run that is paused from another terminal stands still until it is resumed from there', async () => {
  const world = await cliWorld();
  await world.file('list.txt', listOf(world));
  const crawl = world.start(['run', 'list.txt', '--json', '--out', 'out.jsonl', ...unhurried]);
  await crawl.event(allAnswered);
  const paused = await world.trawl(['pause', 'last']);
  expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining('resume') });
  await crawl.event(({ halt }) => halt === 'paused');
  expect((await world.trawl(['status', 'last'])).stdout).toMatch(/state +paused/);
  world.web.letGo();
  const resumed = await world.trawl(['resume', 'last', '--json']);
  expect(eventsOf(resumed.stdout)).toMatchObject([{ event: 'resumed' }]);
  expect((await crawl.ended).code).toBe(0);
  expect((await world.trawl(['verify', 'last'])).code).toBe(0);
});

test('a run that Ctrl-C stopped is left alone by the next one, and can be cancelled without a fleet', async () => {
  const world = await cliWorld();
  await world.file('first.txt', listOf(world));
  await world.file('second.txt', world.web.url('/ok?second', '127.0.0.1'));
  const stopped = ['--name', 'first', '--json', '--out', 'first.jsonl', '--grace', '0s', ...unhurried];
  const first = world.start(['run', 'first.txt', ...stopped]);
  await first.event(allAnswered);
  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(130);
  const arrived = world.web.arrivals.total();
  const other = ['--out', 'second.jsonl', '--quiet', '--robots', 'ignore', '--workers', '1'];
  expect(await world.trawl(['run', 'second.txt', ...other])).toMatchObject({ code: 0 });
  expect(world.web.arrivals.total()).toBe(arrived + 1);

  const cancel = await world.trawl(['cancel', 'first', '--json']);
  expect(JSON.parse(cancel.stdout)).toMatchObject({ state: 'finished', recorded: lines });
  expect((await world.trawl(['resume', 'first', '--quiet'])).code).toBe(0);
  expect((await world.trawl(['verify', 'first'])).code).toBe(0);
  expect(world.web.arrivals.total()).toBe(arrived + 1);
});
