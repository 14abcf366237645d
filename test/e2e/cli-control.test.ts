import { expect, test } from 'vitest';
import { type CliWorld, cliWorld } from '../support/cli-world.ts';

const listOf = ({ web }: CliWorld, lines: number): string =>
  Array.from({ length: lines }, (_, i) => web.url(`/delay/40?n=${i}`, `127.0.0.${1 + (i % 4)}`)).join('\n');

const isUnderWay = (event: Record<string, unknown>) => event['event'] === 'progress' && Number(event['done']) > 20;

const eventsOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a run that is cancelled from another terminal ends with a report in which every line has its outcome', async () => {
  const world = await cliWorld();
  await world.file('list.txt', listOf(world, 3000));
  const crawl = world.start(['run', 'list.txt', '--name', 'long', '--json', '--out', 'out.jsonl']);
  await crawl.event(isUnderWay);
  const cancel = await world.trawl(['cancel', 'last', '--json']);
  expect(cancel).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(cancel.stdout)).toMatchObject({
    event: 'cancelled',
    state: 'finished',
    recorded: 3000,
    pushed: 3000,
  });
  const { code, stdout } = await crawl.ended;
  expect(code).toBe(0);
  const report = eventsOf(stdout).at(-1) as { cancelled: boolean; classes: Record<string, number>; inputLines: number };
  expect(report).toMatchObject({ event: 'report', cancelled: true, inputLines: 3000, state: 'collected' });
  expect((report.classes['ok'] ?? 0) + (report.classes['cancelled'] ?? 0)).toBe(3000);
  expect((await world.trawl(['verify', 'last'])).code).toBe(0);
  expect((await world.trawl(['status'])).stdout).toContain('cancelled');
  expect(await world.trawl(['cancel', 'last'])).toMatchObject({ code: 2 });
});

test('a run that is paused from another terminal stands still until it is resumed from there', async () => {
  const world = await cliWorld();
  await world.file('list.txt', listOf(world, 800));
  const crawl = world.start(['run', 'list.txt', '--json', '--out', 'out.jsonl']);
  await crawl.event(isUnderWay);
  const paused = await world.trawl(['pause', 'last']);
  expect(paused).toMatchObject({ code: 0, stderr: '' });
  expect(paused.stdout).toContain('resume');
  await crawl.event(({ halt }) => halt === 'paused');
  expect((await world.trawl(['status', 'last'])).stdout).toMatch(/state +paused/);
  const resumed = await world.trawl(['resume', 'last', '--json']);
  expect(eventsOf(resumed.stdout)).toMatchObject([{ event: 'resumed' }]);
  expect((await crawl.ended).code).toBe(0);
  expect((await world.trawl(['verify', 'last'])).code).toBe(0);
});

test('a run that Ctrl-C stopped is left alone by the next one, and can be cancelled without a fleet', async () => {
  const world = await cliWorld();
  await world.file('first.txt', listOf(world, 3000));
  await world.file('second.txt', world.web.url('/ok?second', '127.0.0.1'));
  const first = world.start(['run', 'first.txt', '--name', 'first', '--json', '--out', 'first.jsonl']);
  await first.event(isUnderWay);
  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(130);
  const arrived = world.web.arrivals.total();
  expect(
    await world.trawl(['run', 'second.txt', '--out', 'second.jsonl', '--quiet', '--robots', 'ignore']),
  ).toMatchObject({ code: 0 });
  expect(world.web.arrivals.total()).toBe(arrived + 1);

  const cancel = await world.trawl(['cancel', 'first', '--json']);
  expect(JSON.parse(cancel.stdout)).toMatchObject({ state: 'finished', recorded: 3000 });
  expect((await world.trawl(['resume', 'first', '--quiet'])).code).toBe(0);
  expect((await world.trawl(['verify', 'first'])).code).toBe(0);
  expect(world.web.arrivals.total()).toBe(arrived + 1);
});
