import { once } from 'node:events';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { openInflated } from '../records/open-lines.ts';
import { withRedis } from '../redis-of-command.ts';
import { runOfWord } from '../runs/run-of-word.ts';
import type { Screen } from '../shell.ts';
import type { Invocation } from './command.ts';
import { lookFlags } from './flags.ts';

/** `trawl results RUN`: the records, as they are, on stdout. */
export const results = async (invocation: Invocation): Promise<number> => {
  const { shell, words } = invocation;
  const settings = settingsOf(lookFlags, invocation);
  return withRedis({ ...settings, mustExist: true }, shell, async ({ redis }) => {
    const status = await runOfWord(redis, words[0] ?? 'last');
    if (status.collectedAtMs === undefined)
      shell.stderr.write(`The run is not finished: these are the records so far.\n`);
    for await (const chunk of await openRecords(redis, status)) await write(shell.stdout, chunk);
    return exitCodes.ok;
  });
};

/** From the file if there is one: Redis keeps no more than its retention. */
async function openRecords(redis: Redis, { run, spec }: RunStatus): Promise<AsyncIterable<Buffer | string>> {
  const file = spec.sinks.find((sink) => sink.kind === 'jsonl' && sink.path !== '-');
  if (file?.kind === 'jsonl') return openFile(file.path);
  if (spec.sinks.some((sink) => sink.kind === 'redis')) return keptLines(redis, run);
  throw new UserError(
    'The records of this run were written to stdout; they are nowhere else.',
    'trawl report says how its lines ended.',
  );
}

async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  try {
    return await openInflated(path);
  } catch (error) {
    throw new UserError(
      `The results cannot be read: ${(error as Error).message}`,
      `They were written to ${path}, on the machine of the collector.`,
    );
  }
}

async function* keptLines(redis: Redis, run: string): AsyncGenerator<string> {
  for await (const records of readKeptRecords(redis, firstShard, run))
    yield records.map((record) => `${record}\n`).join('');
}

async function write(stdout: Screen, chunk: Buffer | string): Promise<void> {
  if (!stdout.write(chunk)) await once(stdout, 'drain');
}
