import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { openLines } from '../records/open-lines.ts';
import { createTally, type RecordTally } from '../records/tally-records.ts';
import { countInputs } from './count-inputs.ts';
import type { Evidence } from './findings.ts';

/** Reads all that there is of a run: ledger, released entries, results and source. Memory: some bits a line. */
export const gatherEvidence = async (redis: Redis, shard: Shard, status: RunStatus): Promise<Evidence> => {
  const { run, pushed, spec } = status;
  const ledger = await readLedger(redis, shard, run, pushed);
  const released = await countReleased(redis, shard, run);
  const files: Evidence['files'] = [];
  let kept: Evidence['kept'];
  for (const sink of spec.sinks)
    if (sink.kind === 'jsonl') files.push({ path: sink.path, tally: await tallyFile(sink.path, status) });
    else kept = { tally: await tallyKept(redis, shard, status), maxRecords: sink.maxRecords };
  const tallies = [...files.map(({ tally }) => tally), ...(kept ? [kept.tally] : [])].filter(
    (tally) => 'distinct' in tally,
  );
  const wanted = [...ledger.missing, ...tallies.flatMap((tally) => [...tally.missingSeqs, ...tally.repeatedSeqs])];
  const inputs = await countInputs(spec.source, wanted);
  return { status, ledger, released, files, ...(kept === undefined ? {} : { kept }), inputs };
};

async function tallyFile(path: string, { run, pushed }: RunStatus): Promise<RecordTally | { why: string }> {
  if (path === '-') return { why: 'they were written to stdout' };
  const tally = createTally(run, pushed);
  try {
    for await (const lines of openLines(path)) for (const { text, isWhole } of lines) tally.add(text, isWhole);
  } catch (error) {
    // No results, no proof: a file that was moved away must not pass for one that was checked.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return tally.result();
}

async function tallyKept(redis: Redis, shard: Shard, { run, pushed }: RunStatus): Promise<RecordTally> {
  const tally = createTally(run, pushed);
  for await (const records of readKeptRecords(redis, shard, run)) for (const record of records) tally.add(record);
  return tally.result();
}

const scanCount = 1000;

/** Ids are `<run>-<seq>-<release>`; names of other runs may begin with the name of this one. */
async function countReleased(redis: Redis, shard: Shard, run: string): Promise<number> {
  const ids = new Set<string>();
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(keysOf(shard).released, cursor, 'MATCH', `${run}-*`, 'COUNT', scanCount);
    for (let i = 0; i < flat.length; i += 2) {
      const id = flat[i] ?? '';
      if (/^\d+-\d+$/.test(id.slice(run.length + 1))) ids.add(id);
    }
    cursor = next;
  } while (cursor !== '0');
  return ids.size;
}
