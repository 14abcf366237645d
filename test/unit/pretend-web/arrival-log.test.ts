import { describe, expect, it } from 'vitest';
import { type ArrivalLogOptions, createArrivalLog } from '../../support/pretend-web/arrival-log.ts';

const logWith = (options: Partial<ArrivalLogOptions> = {}) => {
  const clock = { ms: 0 };
  const log = createArrivalLog({ nowMs: () => clock.ms, recording: true, limit: 100, ...options });
  const arrive = (atMs: number, host: string, path = '/ok') => {
    clock.ms = atMs;
    return log.arrived(host, path);
  };
  return { clock, log, arrive };
};

describe('the arrival log', () => {
  it('keeps start, end and path per host', () => {
    const { clock, log, arrive } = logWith();
    const ended = arrive(10, 'a', '/json?id=1');
    clock.ms = 25;
    ended();
    expect(log.of('a')).toEqual({ startsMs: [10], endsMs: [25], paths: ['/json?id=1'] });
  });

  it('keeps the first end when told of several', () => {
    const { clock, log, arrive } = logWith();
    const ended = arrive(10, 'a');
    ended();
    clock.ms = 99;
    ended();
    expect(log.of('a').endsMs).toEqual([10]);
  });

  it('judges hosts apart and the whole fleet together', () => {
    const { log, arrive } = logWith();
    arrive(0, 'a');
    arrive(5, 'b');
    arrive(30, 'a');
    expect(log.mostAtOnce('a')).toBe(2);
    expect(log.mostAtOnce('b')).toBe(1);
    expect(log.gapsMs('a')).toEqual([30]);
    expect(log.mostStartsWithin(10)).toBe(2);
    expect(log.summary().hosts['a']).toEqual({ requests: 2, mostAtOnce: 2, leastGapMs: 30 });
    expect(log.summary().hosts['b']?.leastGapMs).toBeNull();
  });

  it('counts a path on all hosts and a URL on its own', () => {
    const { log, arrive } = logWith();
    for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.2']) arrive(0, host, '/ok?n=1');
    arrive(0, '127.0.0.1', '/ok');
    expect(log.countFor('/ok?n=1')).toBe(3);
    expect(log.countFor('http://127.0.0.2:8080/ok?n=1')).toBe(2);
    expect(log.countFor('http://127.0.0.9:8080/ok?n=1')).toBe(0);
  });

  it('says that it is full instead of growing', () => {
    const { log, arrive } = logWith({ limit: 2 });
    for (let n = 0; n < 5; n += 1) arrive(n, 'a');
    expect(log.total()).toBe(2);
    expect(log.summary().notRecorded).toBe(3);
  });

  it('tells who waits that enough requests have come', async () => {
    const { log, arrive } = logWith();
    const reached = log.reached(2).then(() => log.total());
    arrive(0, 'a');
    arrive(1, 'a');
    arrive(2, 'a');
    expect(await reached).toBeGreaterThanOrEqual(2);
    await log.reached(3);
  });

  it('refuses to wait for what it will never hold', async () => {
    await expect(logWith({ recording: false }).log.reached(1)).rejects.toThrow('never');
    await expect(logWith({ limit: 3 }).log.reached(4)).rejects.toThrow('never');
  });

  it('forgets everything on reset', () => {
    const { log, arrive } = logWith({ limit: 1 });
    arrive(0, 'a');
    arrive(1, 'a');
    log.reset();
    expect(log.summary()).toEqual({ recording: true, notRecorded: 0, hosts: {} });
  });

  it('lets a request that outlives a reset end in peace', () => {
    const { log, arrive } = logWith();
    const ended = arrive(0, 'a');
    log.reset();
    ended();
    expect(log.hosts()).toEqual([]);
  });
});
