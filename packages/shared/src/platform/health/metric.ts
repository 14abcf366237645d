/**
 * One row of a table of metrics: what /metrics shows and docs/operating.md lists. A table's key is the name in code. Names
 * are in base units: seconds and bytes. A label has all its values here, so that no list of URLs can make series, and every
 * series is there from the start.
 */
export type Metric =
  | Counter
  | CounterBy<string>
  | Histogram
  | Gauge
  | GaugeBy<string>
  | { kind: 'info'; name: string; help: string; labels: readonly string[] };

export type MetricTable = Record<string, Metric>;

type Named<K extends string> = { kind: K; name: string; help: string };
type Labelled<V extends string> = { label: { name: string; values: readonly V[] } };

type Counter = Named<'counter'>;
type CounterBy<V extends string> = Named<'counter-by'> & Labelled<V>;
type Gauge = Named<'gauge'>;
type GaugeBy<V extends string> = Named<'gauge-by'> & Labelled<V>;
type Histogram = Named<'histogram'> & { buckets: readonly number[] };

/** Counts up from the start of the process. */
export const counter = (name: string, help: string): Counter => ({ kind: 'counter', name, help });

export const counterBy = <const V extends string>(
  name: string,
  label: { name: string; values: readonly V[] },
  help: string,
): CounterBy<V> => ({ kind: 'counter-by', name, help, label });

/** What is now: set when somebody asks. */
export const gauge = (name: string, help: string): Gauge => ({ kind: 'gauge', name, help });

export const gaugeBy = <const V extends string>(
  name: string,
  label: { name: string; values: readonly V[] },
  help: string,
): GaugeBy<V> => ({ kind: 'gauge-by', name, help, label });

/** @param buckets upper bounds, rising */
export const histogram = (name: string, buckets: readonly number[], help: string): Histogram => ({
  kind: 'histogram',
  name,
  help,
  buckets,
});

/** How a process uses the metrics of a table. Counting never fails and costs nanoseconds. */
export type Handles<T extends MetricTable> = { [K in keyof T]: HandleOf<T[K]> };

type HandleOf<M extends Metric> =
  M extends CounterBy<infer V>
    ? { add: (value: V, amount?: number) => void }
    : M extends Counter
      ? { add: (amount?: number) => void }
      : M extends Histogram
        ? { observe: (value: number) => void }
        : M extends GaugeBy<infer V>
          ? /** Undefined: not known now, and not shown. */ { set: (values: Record<V, number> | undefined) => void }
          : M extends Gauge
            ? { set: (value: number | undefined) => void }
            : { tell: (labels: Record<string, string>) => void };

/** From the fastest answer of a near host to the longest total timeout that crawls use. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
