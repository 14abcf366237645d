import type * as Library from '@prometheus-io/client';
import type { Handles, Metric, MetricTable } from './metric.ts';

/** A process's metrics: counted through handles, shown as a page. */
export type Meter<T extends MetricTable> = {
  metrics: Handles<T>;
  /** Called for each page, to set gauges; waited for a second at most. */
  beforePage: (read: () => void | Promise<void>) => void;
  /** The page in Prometheus' text format. Who asks while one is being made gets the same. */
  page: () => Promise<MetricsPage>;
};

export type MetricsPage = { contentType: string; text: string };

const longestReadMs = 1000;

/**
 * Loads the library that keeps them, for some 40 ms: a process whose metrics nobody can read uses `silentMetrics`.
 * @param onError told when a reader of gauges failed; the page is made without them
 */
export const openMeter = async <T extends MetricTable>(
  table: T,
  onError: (error: unknown) => void,
): Promise<Meter<T>> => {
  const library = await import('@prometheus-io/client');
  const registry = new library.Registry();
  const handles = Object.entries(table).map(([key, metric]) => [key, handleOf(metric, library, registry)]);
  const reads: (() => void | Promise<void>)[] = [];

  const makePage = async (): Promise<MetricsPage> => {
    await Promise.all(reads.map((read) => within(longestReadMs, read).catch(onError)));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
  let making: Promise<MetricsPage> | undefined;
  return {
    metrics: Object.fromEntries(handles) as Handles<T>,
    beforePage: (read) => void reads.push(read),
    page: () => {
      making ??= makePage().finally(() => {
        making = undefined;
      });
      return making;
    },
  };
};

/** Handles that count nothing. */
export const silentMetrics = <T extends MetricTable>(table: T): Handles<T> =>
  Object.fromEntries(Object.keys(table).map((key) => [key, silent])) as unknown as Handles<T>;

const nothing = (): void => undefined;
const silent = { add: nothing, observe: nothing, set: nothing, tell: nothing };

function handleOf(metric: Metric, library: typeof Library, registry: Library.Registry): unknown {
  const { name, help } = metric;
  const plain = { name, help, registers: [registry] };
  switch (metric.kind) {
    case 'counter': {
      const counter = new library.Counter(plain);
      return { add: (amount = 1) => counter.inc(amount) };
    }
    case 'counter-by': {
      const { label } = metric;
      const counter = new library.Counter({ ...plain, labelNames: [label.name] });
      const children = new Map(label.values.map((value) => [value, counter.labels(value)]));
      for (const child of children.values()) child.inc(0);
      return { add: (value: string, amount = 1) => children.get(value)?.inc(amount) };
    }
    case 'gauge': {
      const gauge = new library.Gauge(plain);
      gauge.remove();
      return { set: (value: number | undefined) => (value === undefined ? gauge.remove() : gauge.set(value)) };
    }
    case 'gauge-by': {
      const { label } = metric;
      const gauge = new library.Gauge({ ...plain, labelNames: [label.name] });
      return {
        set: (values: Record<string, number> | undefined) => {
          gauge.reset();
          for (const value of values === undefined ? [] : label.values) gauge.labels(value).set(values?.[value] ?? 0);
        },
      };
    }
    case 'histogram':
      return new library.Histogram({ ...plain, buckets: [...metric.buckets] });
    case 'info': {
      const info = new library.Gauge({ ...plain, labelNames: [...metric.labels] });
      return { tell: (labels: Record<string, string>) => info.set(labels, 1) };
    }
  }
}

async function within(deadlineMs: number, read: () => void | Promise<void>): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  try {
    await Promise.race([read(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
