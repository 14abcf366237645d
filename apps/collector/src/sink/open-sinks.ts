import type { Writable } from 'node:stream';
import type { RunSpec, SinkSpec } from '@trawl/shared/domain/run.ts';
import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { claimFile, claimKey } from './file-claim.ts';
import { openJsonlSink } from './jsonl-sink.ts';
import { openPatiently, type Patience, type PatientSink } from './patient-sink.ts';
import { openRedisSink } from './redis-sink.ts';
import type { OpenSink, SinkState } from './sink.ts';
import { openStdoutSink } from './stdout-sink.ts';

/** All sinks of a run as one. */
export type RunSinks = {
  /** In the order of the run's specification. */
  states: () => SinkState[];
  /** True once every sink holds the batch; false: the wait for one of them was given up. */
  store: (batch: OutcomeBatch) => Promise<boolean>;
  acknowledged: () => Promise<void>;
  finish: () => Promise<void>;
  close: () => Promise<void>;
};

export type SinkTools = {
  redis: Redis;
  shard: Shard;
  stdout: Writable;
  patience: Patience;
  /** Has this process the lease on the run still? */
  isOurs: () => boolean;
  /** Were records of the run acknowledged already? */
  hasAcknowledged: boolean;
  log: Logger;
};

/** @param states as `states` gave them at the last acknowledgement. Undefined: the wait for a sink was given up */
export const openSinks = async (
  spec: RunSpec,
  states: SinkState[] | undefined,
  tools: SinkTools,
): Promise<RunSinks | undefined> => {
  const sinks: PatientSink[] = [];
  const close = async (): Promise<void> => {
    for (const sink of sinks) await sink.close();
  };
  try {
    for (const [i, sinkSpec] of spec.sinks.entries()) {
      const log = tools.log.child({ run: spec.run, sink: nameOf(sinkSpec) });
      const sink = await openPatiently(openerOf(sinkSpec, spec.run, tools), states?.[i], { ...tools, log });
      if (sink === undefined) return await close().then(() => undefined);
      sinks.push(sink);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    states: () => sinks.map((sink) => sink.state()),
    store: async (batch) => {
      for (const sink of sinks) if (!(await sink.store(batch))) return false;
      return true;
    },
    acknowledged: async () => {
      for (const sink of sinks) await sink.acknowledged();
    },
    finish: async () => {
      for (const sink of sinks) await sink.finish();
    },
    close,
  };
};

/** Must the stream keep its entries after they were acknowledged? */
export const keepsEntries = (spec: RunSpec): boolean => spec.sinks.some(({ kind }) => kind === 'redis');

/** Only a collector that was started for this run has the user's standard output. */
export const needsStdout = (spec: RunSpec): boolean =>
  spec.sinks.some((sink) => sink.kind === 'jsonl' && sink.path === '-');

/** Keys that claim the run's files; they go when the run is complete. */
export const claimKeysOf = (spec: RunSpec, shard: Shard): string[] =>
  spec.sinks.flatMap((sink) => (sink.kind === 'jsonl' && sink.path !== '-' ? [claimKey(shard, sink.path)] : []));

function openerOf(spec: SinkSpec, run: string, { redis, shard, stdout, isOurs, hasAcknowledged }: SinkTools): OpenSink {
  switch (spec.kind) {
    case 'jsonl': {
      const { path } = spec;
      if (path === '-') return openStdoutSink(stdout);
      const unwritten = hasAcknowledged ? undefined : run;
      return openJsonlSink(path, { unwritten, claim: () => claimFile(redis, shard, { path, run }), mayChange: isOurs });
    }
    case 'redis':
      return openRedisSink(spec, redis, keysOf(shard).outcomes(run));
  }
}

function nameOf(spec: SinkSpec): string {
  switch (spec.kind) {
    case 'jsonl':
      return spec.path;
    case 'redis':
      return 'redis';
  }
}
