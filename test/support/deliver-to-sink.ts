import type { OpenSink, Sink, SinkState } from '../../apps/collector/src/sink/sink.ts';
import { batchOf } from './outcomes-for-tests.ts';

/** What Redis remembers: lines below `upTo` are acknowledged, together with the state. */
export type Acknowledged = { upTo: number; state: SinkState };

export const newDelivery = async (open: OpenSink): Promise<Acknowledged> => {
  const sink = await open(undefined);
  await sink.close();
  return { upTo: 0, state: sink.state() };
};

/** One life of a collector: the next `size` lines, up to the step at which it dies. */
export const deliver = async (
  open: OpenSink,
  acknowledged: Acknowledged,
  { size, lines, dieAfter }: { size: number; lines: number; dieAfter?: string },
): Promise<void> => {
  const from = acknowledged.upTo;
  const n = Math.min(size, lines - from);
  const sink = await open(acknowledged.state);
  const live = async (): Promise<void> => {
    if (n === 0 || dieAfter === 'opening') return;
    await sink.write(batchOf(from, n));
    if (dieAfter === 'write') return;
    await sink.flush();
    if (dieAfter === 'flush') return;
    Object.assign(acknowledged, { upTo: from + n, state: JSON.parse(JSON.stringify(sink.state())) });
    if (dieAfter === 'acknowledgement') return;
    await sink.acknowledged();
  };
  await live();
  await sink.close();
};

export const writeAndFlush = async (sink: Sink, from: number, n: number): Promise<void> => {
  await sink.write(batchOf(from, n));
  await sink.flush();
};

export const closing = (sink: Sink): Sink & AsyncDisposable => ({ ...sink, [Symbol.asyncDispose]: sink.close });
