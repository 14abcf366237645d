import { watchEventLoop } from '@trawl/shared/platform/health/event-loop-delay.ts';
import { openMeter, silentMetrics } from '@trawl/shared/platform/health/meter.ts';
import { counter, counterBy, gauge, gaugeBy, histogram } from '@trawl/shared/platform/health/metric.ts';
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';

const table = {
  tries: counter('tries_total', 'Tries.'),
  ends: counterBy('ends_total', { name: 'class', values: ['ok', 'failed'] }, 'Ends.'),
  room: gauge('room_bytes', 'Room.'),
  lines: gaugeBy('lines', { name: 'state', values: ['runnable', 'parked'] }, 'Lines.'),
  wait: histogram('wait_seconds', [0.1, 1], 'Wait.'),
  build: { kind: 'info', name: 'build_info', labels: ['app'], help: 'Build.' },
} as const;

const open = async () => {
  const errors: unknown[] = [];
  const meter = await openMeter(table, (error) => errors.push(error));
  const samples = async () => (await meter.page()).text.split('\n').filter((line) => line !== '' && line[0] !== '#');
  return { ...meter, errors, samples };
};

test('everything that counts is there from the start, and a gauge once it is known', async () => {
  const { samples } = await open();
  expect(await samples()).toEqual([
    'tries_total 0',
    'ends_total{class="ok"} 0',
    'ends_total{class="failed"} 0',
    'wait_seconds_bucket{le="0.1"} 0',
    'wait_seconds_bucket{le="1"} 0',
    'wait_seconds_bucket{le="+Inf"} 0',
    'wait_seconds_sum 0',
    'wait_seconds_count 0',
  ]);
});

test('what was counted is shown', async () => {
  const { metrics, samples } = await open();
  metrics.tries.add();
  metrics.tries.add(2);
  metrics.ends.add('failed');
  metrics.ends.add('ok', 5);
  metrics.wait.observe(0.5);
  metrics.build.tell({ app: 'worker' });
  metrics.room.set(7);
  metrics.lines.set({ runnable: 1, parked: 2 });
  expect(await samples()).toEqual([
    'tries_total 3',
    'ends_total{class="ok"} 5',
    'ends_total{class="failed"} 1',
    'room_bytes 7',
    'lines{state="runnable"} 1',
    'lines{state="parked"} 2',
    'wait_seconds_bucket{le="0.1"} 0',
    'wait_seconds_bucket{le="1"} 1',
    'wait_seconds_bucket{le="+Inf"} 1',
    'wait_seconds_sum 0.5',
    'wait_seconds_count 1',
    'build_info{app="worker"} 1',
  ]);
});

test('a gauge that is not known any more is not shown as it was', async () => {
  const { metrics, samples } = await open();
  metrics.room.set(7);
  metrics.lines.set({ runnable: 1, parked: 2 });
  metrics.room.set(undefined);
  metrics.lines.set(undefined);
  expect((await samples()).filter((line) => /^(room|lines)/.test(line))).toEqual([]);
});

test('gauges are read for each page, and those who ask at the same time share it', async () => {
  const { metrics, beforePage, samples } = await open();
  let reads = 0;
  beforePage(async () => metrics.room.set(++reads));
  const [first, second] = await Promise.all([samples(), samples()]);
  expect(first).toContain('room_bytes 1');
  expect(second).toEqual(first);
  expect(await samples()).toContain('room_bytes 2');
});

test('a reader that fails or hangs takes no page with it', async () => {
  const { metrics, beforePage, samples, errors } = await open();
  beforePage(() => new Promise(() => undefined));
  beforePage(() => {
    throw new Error('broken');
  });
  beforePage(() => metrics.room.set(3));
  expect(await samples()).toContain('room_bytes 3');
  expect(errors).toEqual([new Error('broken')]);
});

test('metrics that nobody can read take everything and keep nothing', () => {
  const metrics = silentMetrics(table);
  const use = () => {
    metrics.tries.add();
    metrics.ends.add('ok');
    metrics.room.set(1);
    metrics.lines.set(undefined);
    metrics.wait.observe(1);
    metrics.build.tell({});
  };
  expect(use).not.toThrow();
});

test('the delay of the event loop is how late its timers fire', async () => {
  const { delay, stop } = watchEventLoop();
  const heldUpMs = 150;
  await until(() => delay().max > 0 || delay().p50 > 0); // it ticks
  const before = performance.now();
  while (performance.now() - before < heldUpMs); // nobody else gets a turn
  await until(() => delay().max >= (heldUpMs - 40) / 1000);
  expect(delay().p50).toBeGreaterThanOrEqual(0);
  stop();
});
