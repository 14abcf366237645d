import { UserError } from '@trawl/shared/platform/user-error.ts';
import { expect, test } from 'vitest';
import type { Child, ChildEnd, ChildPlan } from '../../apps/cli/src/fleet/child.ts';
import { lastWords } from '../../apps/cli/src/fleet/last-words.ts';
import { type Member, supervise } from '../../apps/cli/src/fleet/supervise.ts';
import { until } from '../support/until.ts';

/** A fleet of children that end when the test says so. */
const world = () => {
  const started: { name: string; end: (end: Partial<ChildEnd>) => void }[] = [];
  const log: string[] = [];
  const waits: number[] = [];
  const kill = new AbortController();
  const state = { nowMs: 0, isRedisUp: true, forUser: '', endsOnTerm: true };
  const start = ({ name }: ChildPlan): Child => {
    const { promise, resolve } = Promise.withResolvers<ChildEnd>();
    const end = (given: Partial<ChildEnd>) => resolve({ code: null, signal: null, ...given });
    started.push({ name, end });
    log.push(`start ${name}`);
    const stop = (signal: NodeJS.Signals) => () => {
      log.push(`${signal} ${name}`);
      if (state.endsOnTerm || signal === 'SIGKILL') end({ code: 0 });
    };
    return { pid: 1, logFromBytes: 0, ended: promise, terminate: stop('SIGTERM'), kill: stop('SIGKILL') };
  };
  const parts = {
    start,
    lastWords: async () => ({ forUser: state.forUser, ofLog: '' }),
    wasRedisUpSince: () => state.isRedisUp,
    stopDeadlineMs: 35_000,
    notice: (text: string) => void log.push(text),
    now: () => state.nowMs,
    wait: async (ms: number) => void waits.push(ms),
    kill: kill.signal,
  };
  const latest = (name: string) => started.findLast((child) => child.name === name);
  return { started, log, waits, kill, state, parts, latest };
};

const member = (name: string, change: Partial<Member> = {}): Member => ({
  name,
  app: 'worker',
  args: [],
  stdin: 'ignore',
  stdout: 'ignore',
  logPath: `/logs/${name}.log`,
  isDone: async () => false,
  ...change,
});

test('a process that dies is started again, later each time', async () => {
  const { parts, started, waits, log, latest } = world();
  const fleet = supervise([member('worker-1')], parts);
  for (let deaths = 1; deaths <= 8; deaths += 1) {
    latest('worker-1')?.end({ signal: 'SIGKILL' });
    await until(() => started.length === deaths + 1);
  }
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  expect(log).toContain(
    'worker-1 ended unexpectedly (killed by SIGKILL). It is started again in 200 ms. Its log: /logs/worker-1.log',
  );
  await fleet.stop('at once');
});

test('a process that lived long is started again soon', async () => {
  const { parts, started, waits, state, latest } = world();
  const fleet = supervise([member('worker-1')], parts);
  for (let deaths = 1; deaths <= 3; deaths += 1) {
    state.nowMs += 60_000;
    latest('worker-1')?.end({ code: 70 });
    await until(() => started.length === deaths + 1);
  }
  expect(waits).toEqual([200, 200, 200]);
  await fleet.stop('at once');
});

test('a process whose log cannot be opened again is started when it can, a first one ends the fleet', async () => {
  const { parts, started, latest, log } = world();
  const refusals: Error[] = [];
  const start = (plan: ChildPlan): Child => {
    const refusal = refusals.shift();
    if (refusal !== undefined) throw refusal;
    return parts.start(plan);
  };
  const refusal = new Error("EACCES: permission denied, open '/logs/worker-1.log'");
  const fleet = supervise([member('worker-1')], { ...parts, start });
  refusals.push(refusal, refusal);
  latest('worker-1')?.end({ signal: 'SIGKILL' });
  await until(() => started.length === 2);
  expect(log.filter((line) => line.includes('EACCES'))).toHaveLength(1);
  await fleet.stop('at once');
  refusals.push(refusal);
  await expect(supervise([member('worker-1')], { ...parts, start }).over).rejects.toThrow('EACCES');
});

test('a process that ends with 2 has a message for the user, and ends the fleet with it', async () => {
  const { parts, state, latest } = world();
  state.forUser = 'x.csv has no column "url"\nIts columns are: "a"';
  const fleet = supervise([member('producer', { app: 'producer' }), member('worker-1')], parts);
  latest('producer')?.end({ code: 2 });
  const error = await fleet.over.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: 'x.csv has no column "url"', exitCode: 2 });
  await fleet.stop('in order');
});

test('a process that ends with 2 because Redis is gone is started again', async () => {
  const { parts, started, state, latest, log } = world();
  state.isRedisUp = false;
  const fleet = supervise([member('worker-1')], parts);
  latest('worker-1')?.end({ code: 2 });
  await until(() => started.length === 2);
  expect(log[1]).toContain('exit code 2');
  await fleet.stop('at once');
});

test('a process whose work is done does not come back; one that only ended well does', async () => {
  const { parts, started, latest } = world();
  let isCollected = false;
  const fleet = supervise([member('collector', { app: 'collector', isDone: async () => isCollected })], parts);
  latest('collector')?.end({ code: 0 });
  await until(() => started.length === 2);
  isCollected = true;
  latest('collector')?.end({ code: 0 });
  await fleet.over;
  expect(started).toHaveLength(2);
});

test('in order means: who feeds ends before who fetches, and those before who writes', async () => {
  const { parts, log } = world();
  const members = [
    member('collector', { app: 'collector' }),
    member('worker-1'),
    member('worker-2'),
    member('producer', { app: 'producer' }),
  ];
  await supervise(members, parts).stop('in order');
  expect(log.filter((line) => line.startsWith('SIGTERM'))).toEqual([
    'SIGTERM producer',
    'SIGTERM worker-1',
    'SIGTERM worker-2',
    'SIGTERM collector',
  ]);
});

test('a process that dies while the fleet stops is not started again', async () => {
  const { parts, started } = world();
  await supervise([member('worker-1')], parts).stop('at once');
  expect(started).toHaveLength(1);
});

test('killing reaches every process in the same moment', async () => {
  const { parts, log, kill, state } = world();
  state.endsOnTerm = false;
  const fleet = supervise([member('worker-1'), member('collector', { app: 'collector' })], parts);
  const stopped = fleet.stop('in order');
  kill.abort();
  expect(log.filter((line) => line.startsWith('SIGKILL'))).toEqual(['SIGKILL worker-1', 'SIGKILL collector']);
  await stopped;
});

test('what a process says to its user is what follows its last log line', () => {
  const text =
    '{"level":"info","msg":"started"}\n{"level":"error","msg":"failed","err":{"message":"disk full"}}\nNo column url\nLook there\n';
  expect(lastWords(text)).toEqual({ forUser: 'No column url\nLook there', ofLog: 'failed: disk full' });
  expect(lastWords('{"level":"info","msg":"started"}\n')).toEqual({ forUser: '', ofLog: '' });
  expect(lastWords('')).toEqual({ forUser: '', ofLog: '' });
});

test('a member that is to begin later begins when it may, and never when the fleet was stopped before', async () => {
  const { parts, started } = world();
  const { promise: mayBegin, resolve: begin } = Promise.withResolvers<void>();
  const later = (name: string) => member(name, { mayBegin: () => mayBegin });
  const fleet = supervise([later('producer')], parts);
  expect(started).toEqual([]);
  begin();
  await until(() => started.length === 1);
  await fleet.stop('at once');

  const stopped = supervise([member('producer', { mayBegin: (stop) => aborted(stop) })], parts);
  await stopped.stop('at once');
  expect(started).toHaveLength(1);
});

const aborted = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));

test('a process that is killed three hundred times, each time after a while, is started three hundred times', async () => {
  const { parts, started, state, waits, latest } = world();
  supervise([member('worker-1')], parts);
  for (let deaths = 1; deaths <= 300; deaths += 1) {
    state.nowMs += 31_000;
    latest('worker-1')?.end({ signal: 'SIGKILL' });
    await until(() => started.length === deaths + 1);
  }
  expect(new Set(waits)).toEqual(new Set([200]));
});
