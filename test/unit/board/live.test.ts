import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FleetOverview } from '@trawl/shared/frontier/overview.ts';
import { createOverviewWatch, type FleetNews } from '@trawl/shared/frontier/overview-watch.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLiveStream } from '../../../apps/board/src/fleet-page/live-stream.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An overview that counts how often it was read, and can be told to fail. */
const readingOf = ({ takesMs = 0 } = {}) => {
  const reading = { times: 0, fails: false };
  const read = async (): Promise<FleetOverview> => {
    reading.times++;
    if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
    if (reading.fails) throw new Error('not connected');
    return { nowMs: reading.times * 1000, runs: [] } as unknown as FleetOverview;
  };
  return { reading, watch: createOverviewWatch({ read, now: () => Date.now(), everyMs: 1000 }) };
};

/** A response of which a test says how much its client has not taken yet. */
const listenerOf = () => {
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writeHead: () => undefined,
    write: (text: string) => void written.push(text),
    end: () => response.emit('close'),
    destroy: () => response.emit('close'),
  });
  const events = () =>
    written.filter((text) => text.startsWith('event:')).map((text) => JSON.parse(text.split('data: ')[1] ?? ''));
  return { response: response as unknown as ServerResponse & { writableLength: number }, written, events };
};

const parts = (news: FleetNews, audience: string) => ({
  sections: new Map([
    ['same', 'always'],
    ['time', news.kind === 'seen' ? String(news.overview.nowMs) : 'away'],
    ['audience', audience],
  ]),
  runs: '',
  runNames: '',
  runPieces: new Map<string, string>(),
});

describe('the watch', () => {
  test('looks once for all who ask within a second', async () => {
    const { reading, watch } = readingOf();
    await Promise.all([watch.latest(), watch.latest()]);
    await watch.latest();
    expect(reading.times).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await watch.latest();
    expect(reading.times).toBe(2);
  });

  test('looks every second while somebody listens, and no more afterwards', async () => {
    const { reading, watch } = readingOf();
    const heard: FleetNews[] = [];
    const stop = [watch.subscribe((news) => heard.push(news)), watch.subscribe(() => undefined)];
    await vi.advanceTimersByTimeAsync(3000);
    expect([reading.times, heard.length]).toEqual([3, 3]);
    for (const end of stop) end();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reading.times).toBe(3);
  });

  test('somebody who goes and comes again during a look leaves one clock behind', async () => {
    const { reading, watch } = readingOf({ takesMs: 500 });
    const leave = watch.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(1200);
    leave();
    watch.subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    // One look each 1.5 s: one was under way, and two clocks would have made it up to twelve.
    expect(reading.times).toBeLessThanOrEqual(8);
    watch.stop();
  });

  test('remembers what was seen before Redis went away', async () => {
    const { reading, watch } = readingOf();
    await watch.latest();
    reading.fails = true;
    for (let i = 0; i < 2; i++) {
      await vi.advanceTimersByTimeAsync(1000);
      expect(await watch.latest()).toMatchObject({
        kind: 'away',
        reason: 'not connected',
        last: { overview: { nowMs: 1000 } },
      });
    }
    reading.fails = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect((await watch.latest()).kind).toBe('seen');
  });
});

describe('the stream', () => {
  const streamOf = (mostListeners?: number) => {
    const { watch, reading } = readingOf();
    return { reading, stream: createLiveStream({ watch, render: parts, ...(mostListeners && { mostListeners }) }) };
  };

  test('begins with everything, and goes on with what has changed', async () => {
    const { stream } = streamOf();
    const listener = listenerOf();
    stream.open(listener.response, 'viewer');
    await vi.advanceTimersByTimeAsync(2500);
    expect(listener.events()).toEqual([
      { same: 'always', time: '1000', audience: 'viewer', runs: '' },
      { time: '2000' },
      { time: '3000' },
    ]);
    stream.close();
  });

  test('tells every audience what is its own, from one look', async () => {
    const { stream, reading } = streamOf();
    const [viewer, operator] = [listenerOf(), listenerOf()];
    stream.open(viewer.response, 'viewer');
    stream.open(operator.response, 'operator');
    await vi.advanceTimersByTimeAsync(1500);
    expect(reading.times).toBe(2);
    expect(viewer.events().map(({ audience }) => audience)).not.toContain('operator');
    expect(operator.events().map(({ audience }) => audience)).not.toContain('viewer');
    stream.close();
  });

  test('tells somebody who comes again what has changed meanwhile, also back to what it was', async () => {
    const { stream, reading } = streamOf();
    stream.open(listenerOf().response, 'operator');
    const first = listenerOf();
    stream.open(first.response, 'viewer');
    await vi.advanceTimersByTimeAsync(1500);
    first.response.end();
    reading.fails = true;
    await vi.advanceTimersByTimeAsync(1000);
    const second = listenerOf();
    stream.open(second.response, 'viewer');
    await vi.advanceTimersByTimeAsync(100);
    reading.fails = false;
    reading.times = 1;
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.events().at(-1)).toMatchObject({ time: '2000' });
    expect(second.events()).toEqual([expect.objectContaining({ time: 'away' }), { time: '2000' }]);
    stream.close();
  });

  test('drops who takes nothing, and stops looking when nobody is left', async () => {
    const { stream, reading } = streamOf();
    const listener = listenerOf();
    stream.open(listener.response, 'viewer');
    await vi.advanceTimersByTimeAsync(1500);
    listener.response.writableLength = 2 * 1024 ** 2;
    await vi.advanceTimersByTimeAsync(1000);
    expect(stream.listeners()).toBe(0);
    const { times } = reading;
    await vi.advanceTimersByTimeAsync(5000);
    expect(reading.times).toBe(times);
  });

  test('takes so many listeners and no more', () => {
    const { stream } = streamOf(2);
    const answers = [1, 2, 3].map(() => stream.open(listenerOf().response, 'viewer'));
    expect(answers).toEqual([true, true, false]);
    stream.close();
    expect(stream.listeners()).toBe(0);
  });

  test('gives a sign of life to proxies that hang up on who is silent', async () => {
    const { stream } = streamOf();
    const listener = listenerOf();
    stream.open(listener.response, 'viewer');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(listener.written).toContain(': here\n\n');
    stream.close();
  });
});
