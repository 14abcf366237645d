import type { SinkSpec } from '@trawl/shared/domain/run.ts';
import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { OpenSink, SinkState } from './sink.ts';

/** A place in the stream: an entry and the number of records before it. */
type Mark = { id: string; before: number };

/**
 * Keeps the newest records in the stream itself, at least `maxRecords` of them (or all) and at most a sixteenth and an
 * entry more: an entry goes as a whole. `retentionMs` after the run's end the stream goes.
 * State: `{ records, marks }`: at a few places in the stream it is known how many records lie before.
 */
export const openRedisSink =
  (spec: Extract<SinkSpec, { kind: 'redis' }>, redis: Redis, stream: string): OpenSink =>
  async (state) => {
    let { records, marks } = readState(state);
    const step = Math.ceil(spec.maxRecords / 16);
    return {
      write: async (batch) => {
        ({ records, marks } = counted({ records, marks }, batch, step));
      },
      flush: async () => {},
      state: () => ({ records, marks }),
      acknowledged: async () => {
        const first = marks.findLastIndex(({ before }) => records - before >= spec.maxRecords);
        const mark = marks[first];
        if (mark === undefined || first === 0) return;
        await redis.xtrim(stream, 'MINID', '=', mark.id);
        marks = marks.slice(first);
      },
      finish: async () => void (await redis.pexpire(stream, spec.retentionMs)),
      close: async () => {},
    };
  };

type Counted = { records: number; marks: Mark[] };

function readState(state: SinkState | undefined): Counted {
  return state === undefined ? { records: 0, marks: [] } : (state as Counted);
}

function counted({ records, marks }: Counted, batch: OutcomeBatch, step: number): Counted {
  const result = { records, marks: [...marks] };
  for (const { id, records: ofEntry } of batch.entries) {
    const last = result.marks.at(-1);
    if (last === undefined || result.records - last.before >= step) result.marks.push({ id, before: result.records });
    result.records += ofEntry.length;
  }
  return result;
}
