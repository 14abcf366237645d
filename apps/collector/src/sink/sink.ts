import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';

/**
 * How far a sink reaches: JSON of the sink's own making. Redis keeps it in the step that acknowledges the records, so
 * that after a crash a sink opened with it holds exactly the acknowledged records, and the others come again.
 */
export type SinkState = Record<string, unknown>;

/**
 * Where records go. The order of calls is: write, flush, (state goes to Redis with the acknowledgement,) acknowledged;
 * again and again; then finish. `close` may come at any time and makes nothing durable by itself.
 * Rejections mean "not now": the sink is closed, opened again with its last state, and given the batch again; a UserError
 * means that trying again cannot help.
 */
export type Sink = {
  write: (batch: OutcomeBatch) => Promise<void>;
  /** Resolves when everything that was written would survive a power failure, as far as the sink can promise it. */
  flush: () => Promise<void>;
  /** As of the last flush. */
  state: () => SinkState;
  /** The state is in Redis, the records will not come again. */
  acknowledged: () => Promise<void>;
  /** The run is complete: nothing will follow. May be called twice. */
  finish: () => Promise<void>;
  close: () => Promise<void>;
};

/** @param state of the last acknowledgement; undefined: the sink was never opened for this run */
export type OpenSink = (state: SinkState | undefined) => Promise<Sink>;
