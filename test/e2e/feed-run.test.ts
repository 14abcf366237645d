import { writeFile } from 'node:fs/promises';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { expect, test } from 'vitest';
import { type FeedOptions, feedRun } from '../../apps/producer/src/feed-run.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { runSpecOf } from '../support/run-for-tests.ts';

let world: ReturnType<typeof frontierWorld>;
const never = new AbortController().signal;

withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});
const pathOf = withDirectory();

const runOver = async (lines: string[]): Promise<RunSpec> => {
  const path = pathOf('list.txt');
  await writeFile(path, `${lines.join('\n')}\n`);
  const spec: RunSpec = { ...runSpecOf('a'), source: { kind: 'text', path } };
  await world.runs.create(spec);
  return spec;
};

const optionsWith = (change: Partial<FeedOptions> = {}): FeedOptions => ({
  frontier: world.frontier,
  readCheckpoint: world.runs.checkpoint,
  source: {},
  waitForRoom: async () => undefined,
  isMemoryShort: async () => false,
  backlogBytes: 1e9,
  sinkLagBytes: 1e9,
  now: () => 0,
  ...change,
});

const urls = (n: number): string[] => Array.from({ length: n }, (_, i) => `http://h${i % 7}/${i}`);

test('every input line is pushed, recorded as invalid or recorded as duplicate', async () => {
  const spec = await runOver(['# a comment', '', ...urls(3), 'no url', 'http://h0/0#again', 'ftp://h/']);
  await feedRun(spec, optionsWith(), never);
  expect(await world.runs.status('a')).toMatchObject({
    state: 'draining',
    pushed: 6,
    recorded: 3,
    classes: { invalid: 2, duplicate: 1 },
  });
  expect(await world.linesOf('a')).toBe(3);
});

test('records of bad lines name their line and reason', async () => {
  const spec = await runOver(['# a comment', 'no url']);
  await feedRun(spec, optionsWith(), never);
  const [entry] = await world.redis.xrange(world.keys.outcomes('a'), '-', '+');
  expect(JSON.parse(entry?.[1][1] ?? '')).toMatchObject({
    run: 'a',
    seq: 0,
    line: 2,
    url: 'no url',
    class: 'invalid',
    reason: 'not-a-url',
  });
});

test('a producer that died between two pushes is continued exactly where it was', async () => {
  const spec = await runOver(urls(1800));
  let pushes = 0;
  const dying: FeedOptions['frontier'] = {
    push: async (batch) => {
      if (++pushes === 3) throw new Error('killed');
      return world.frontier.push(batch);
    },
  };
  await expect(feedRun(spec, optionsWith({ frontier: dying }), never)).rejects.toThrow('killed');
  await feedRun(spec, optionsWith(), never);
  const status = await world.runs.status('a');
  expect(status).toMatchObject({ state: 'draining', pushed: 1800 });
  expect(status?.classes).toEqual({});
  expect(await world.linesOf('a')).toBe(1800);
});

test('a producer whose push was done but whose answer was lost pushes nothing twice', async () => {
  const spec = await runOver(urls(1800));
  let isLost = false;
  const losing: FeedOptions['frontier'] = {
    push: async (batch) => {
      const result = await world.frontier.push(batch);
      if (isLost) return result;
      isLost = true;
      return world.frontier.push(batch);
    },
  };
  await feedRun(spec, optionsWith({ frontier: losing }), never);
  expect(await world.linesOf('a')).toBe(1800);
  const status = await world.runs.status('a');
  expect([status?.pushed, status?.classes]).toEqual([1800, {}]);
});

test('two producers on one run push every line once', async () => {
  const spec = await runOver(urls(5000));
  await Promise.all([feedRun(spec, optionsWith(), never), feedRun(spec, optionsWith(), never)]);
  expect(await world.linesOf('a')).toBe(5000);
  expect(await world.runs.status('a')).toMatchObject({ state: 'draining', pushed: 5000 });
});

test('a run that Redis does not know any more is fed no further', async () => {
  const spec = await runOver(urls(1800));
  const losing: FeedOptions['frontier'] = {
    push: async (batch) => {
      if (batch.expected !== '') await world.redis.del(world.keys.run('a'));
      return world.frontier.push(batch);
    },
  };
  await expect(feedRun(spec, optionsWith({ frontier: losing }), never)).rejects.toThrow(RunGone);
  expect(await world.redis.exists(world.keys.run('a'))).toBe(0);
});

test('above the backlog mark it waits until release has made room', async () => {
  const spec = await runOver(urls(3000));
  let waits = 0;
  const waitForRoom = async (): Promise<void> => {
    waits++;
    await world.redis.hset(world.keys.backlog, 'bytes', 0);
  };
  await feedRun(spec, optionsWith({ backlogBytes: 10_000, waitForRoom }), never);
  expect(waits).toBeGreaterThanOrEqual(4);
  expect(await world.linesOf('a')).toBe(3000);
});

test('stopped while it waits for room it keeps what it has pushed and no more', async () => {
  const spec = await runOver(urls(3000));
  const stop = new AbortController();
  await feedRun(spec, optionsWith({ backlogBytes: 1, waitForRoom: async () => stop.abort() }), stop.signal);
  const status = await world.runs.status('a');
  expect(status?.state).toBe('feeding');
  expect(await world.linesOf('a')).toBe(status?.pushed);
});
