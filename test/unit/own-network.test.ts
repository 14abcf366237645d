import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { expect, test } from 'vitest';
import { createNetworkGuard } from '../../apps/worker/src/network-guard.ts';
import { createOwnNetwork, type Sign, signOf } from '../../apps/worker/src/own-network.ts';

const limits = { fetches: 6, hosts: 3, patienceMs: 1000 };
const hosts = (n: number, of: number) => Array.from({ length: n }, (_, i) => `h${i % of}`);
const trace = {} as FetchOutcome['trace'];
const unreachable = (reason: string): FetchOutcome => ({
  kind: 'unreachable',
  stage: 'dns',
  reason,
  temporary: true,
  trace,
});

const networkAfter = (signs: [host: string, sign: Sign][]) => {
  const network = createOwnNetwork(limits);
  for (const [host, sign] of signs) network.note(host, sign, 0);
  return network;
};
const failures = (n: number, of: number): [string, Sign][] => hosts(n, of).map((host) => [host, 'does-not']);

test('a worker of which nothing gets out to any of several hosts is cut off', () => {
  expect(networkAfter(failures(6, 3)).state(0)).toBe('cut-off');
});

test.each<[string, [string, Sign][]]>([
  ['of few fetches', failures(5, 3)],
  ['of few hosts', failures(100, 2)],
  ['with one between them that got out', [...failures(5, 3), ['x', 'gets-out'], ...failures(5, 3)]],
])('failures %s are those of the hosts', (_, signs) => {
  expect(networkAfter(signs).state(0)).toBe('open');
});

test('what says nothing changes nothing', () => {
  expect(networkAfter([...failures(5, 3), ['x', 'says-nothing'], ['h0', 'does-not']]).state(0)).toBe('cut-off');
});

test('one fetch that gets out ends it', () => {
  const network = networkAfter(failures(6, 3));
  network.note('h0', 'gets-out', 10);
  expect(network.state(10)).toBe('open');
});

test('a crawl of dead hosts ends: after a while the failures count as they come', () => {
  const network = networkAfter(failures(6, 3));
  expect(network.state(999)).toBe('cut-off');
  network.note('h1', 'does-not', 1000);
  expect(network.state(1000)).toBe('given-up');
});

test.each<[FetchOutcome, Sign]>([
  [unreachable('dns-timed-out'), 'does-not'],
  [unreachable('network-unreachable'), 'does-not'],
  [unreachable('no-such-host'), 'gets-out'],
  [unreachable('dns-failed'), 'gets-out'],
  [unreachable('refused'), 'gets-out'],
  [{ kind: 'timed-out', stage: 'connect', trace }, 'says-nothing'],
  [{ kind: 'timed-out', stage: 'body', trace }, 'gets-out'],
  [{ kind: 'interrupted', why: 'stopping', trace }, 'says-nothing'],
])('%j: %s', (outcome, sign) => {
  expect(signOf(outcome)).toBe(sign);
});

test('while it is cut off nothing is decided about URLs that do not get out, and probes come ever later', () => {
  const said: string[] = [];
  const log = {
    error: (_: unknown, message: string) => said.push(message),
    info: (message: string) => said.push(message),
  };
  let nowMs = 0;
  const guard = createNetworkGuard(
    {
      now: () => nowMs,
      log: log as unknown as Parameters<typeof createNetworkGuard>[0]['log'],
      onChange: () => undefined,
    },
    limits,
  );
  const failure = unreachable('dns-timed-out');
  expect(hosts(5, 3).map((host) => guard.judge(() => host, failure).kind)).toEqual(Array(5).fill('unreachable'));
  expect(guard.pauseMs()).toBe(0);
  expect(guard.judge(() => 'h2', failure)).toMatchObject({ kind: 'interrupted', why: 'no-network' });
  expect([guard.pauseMs(), guard.pauseMs()]).toEqual([500, 500]);
  nowMs = 500;
  expect(guard.pauseMs()).toBe(1000);
  expect(guard.judge(() => 'h3', unreachable('refused')).kind).toBe('unreachable');
  expect(guard.isCutOff()).toBe(false);
  expect(said).toEqual(['no way to the web: one URL at a time tries it', 'URLs are fetched as before']);
});
