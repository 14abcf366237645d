import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Departure } from '../../../apps/worker/src/fetch/fetch-request.ts';
import { brief, cleanUp, textOf, world } from '../../support/fetch-world.ts';
import { type RawRequest, response } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';

afterEach(cleanUp);

/** Requests leave when the test says so: `true` lets one leave, `false` says that there is no turn. */
const gate = () => {
  const waiting: ((isDue: boolean) => void)[] = [];
  const happened: string[] = [];
  let isDue = false;
  const departure: Departure = {
    isFree: () => false,
    isDue: () => isDue,
    comesUp: () => {
      happened.push('waits');
      return new Promise((resolve) => waiting.push(resolve));
    },
    left: () => {
      happened.push('left');
      isDue = false;
    },
  };
  const answer = async (comes: boolean, stillDue = comes) => {
    await until(() => waiting.length > 0);
    isDue = stillDue;
    waiting.shift()?.(comes);
  };
  return { departure, happened, answer };
};

const answers = ({ head, socket }: RawRequest) => socket.write(response(200, {}, head.split(' ')[1] ?? ''));

describe('a request to a host that keeps a gap', () => {
  it('leaves when its turn comes, and the connection stands by then', async () => {
    const { host, fetchPage } = await world(answers);
    const { departure, happened, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await until(() => host.connections() === 1 && happened.length === 1);
    await nextTurn();
    expect(host.heads).toHaveLength(0);
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
    expect(happened).toEqual(['waits', 'left']);
  });

  it('waits for its turn on a kept connection too', async () => {
    const { host, fetchPage } = await world(answers);
    await fetchPage(host.url('/first'));
    const { departure, happened, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await until(() => happened.length === 1);
    expect(host.heads).toHaveLength(1);
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
    expect(host.connections()).toBe(1);
  });

  it('whose moment passed just before it was written is not sent, and waits for another', async () => {
    const { host, fetchPage } = await world(answers);
    const { departure, happened, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await answer(true, false);
    await until(() => happened.length === 2);
    expect(host.heads).toHaveLength(0);
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
    expect(happened).toEqual(['waits', 'waits', 'left']);
  });

  it('asks for another turn where a kept connection failed with the first request', async () => {
    const { host, fetchPage } = await world((request) =>
      request.number === 2 ? request.socket.destroy() : answers(request),
    );
    await fetchPage(host.url('/first'));
    const { departure, happened, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await answer(true);
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
    expect(happened).toEqual(['waits', 'left', 'waits', 'left']);
  });

  it('for which there is no turn is not sent, and says so; the kept connection stays', async () => {
    const { host, fetchPage } = await world(answers);
    await fetchPage(host.url('/first'));
    const { departure, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await answer(false);
    expect(brief(await fetching)).toEqual({ kind: 'interrupted', why: 'turn-passed' });
    expect(host.heads).toHaveLength(1);
    await fetchPage(host.url('/b'));
    expect(host.connections()).toBe(1);
  });

  it('may wait longer than its time limits: those are the host’s', async () => {
    const { host, fetchPage } = await world(answers);
    const { departure, answer } = gate();
    const fetching = fetchPage(host.url('/a'), { totalTimeoutMs: 100, connectTimeoutMs: 60 }, { departure });
    await new Promise((resolve) => setTimeout(resolve, 250));
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
  });

  it('whose connection the host closes meanwhile is sent on another', async () => {
    const { host, fetchPage } = await world(answers);
    const { departure, happened, answer } = gate();
    const fetching = fetchPage(host.url('/a'), {}, { departure });
    await until(() => host.connections() === 1 && happened.length === 1);
    host.endConnections();
    await until(() => host.openConnections() === 0);
    await answer(true);
    await answer(true);
    expect(textOf(await fetching)).toBe('/a');
    expect(happened).toEqual(['waits', 'waits', 'left']);
  });

  it('ends with a stop while it waits, and leaves no connection behind', async () => {
    const { host, fetchPage } = await world(answers);
    const { departure, happened, answer } = gate();
    const stop = new AbortController();
    const fetching = fetchPage(host.url('/a'), {}, { departure }, stop.signal);
    await until(() => host.connections() === 1 && happened.length === 1);
    stop.abort();
    expect(brief(await fetching)).toEqual({ kind: 'interrupted', why: 'stopping' });
    await answer(true);
    await until(() => host.openConnections() === 0);
    expect(host.heads).toHaveLength(0);
  });
});
