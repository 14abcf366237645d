import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Log } from '../silent-log.ts';
import type { RedisFiles } from './endpoint.ts';
import { findRedisBinary } from './redis-binary.ts';

/** Where the file is torn within a number or a line end, redis-check-aof speaks of the wrong letter that it found last. */
const longestTornWordBytes = 64;

/**
 * After a power failure the append-only file may end within a transaction. Redis (seen in 7.0.15) then drops the transaction, but leaves
 * what there is of it in the file when the last command is torn as well: the next start but one runs that half, and what a script had
 * moved is gone. So the end is cut off before the server sees it, at the last whole transaction.
 */
export const mendTail = async (files: RedisFiles, options: { searchPath: string; log: Log }): Promise<void> => {
  const manifest = join(files.dir, 'appendonlydir', 'appendonly.aof.manifest');
  if (!(await exists(manifest))) return;
  const { path } = await findRedisBinary(options.searchPath);
  const found = await checkAof(path, [manifest]);
  const damage = damageIn(found);
  if (damage === undefined || !damage.isTornEnd) return;
  await checkAof(path, ['--fix', manifest]);
  options.log.warn({ cutBytes: damage.cutBytes }, 'torn end of the append-only file cut off');
};

/** Damage elsewhere is left to the server, which refuses to start on it: cutting there might cut much. */
const damageIn = (found: string): { isTornEnd: boolean; cutBytes: number } | undefined => {
  const analysis = /size=(\d+), ok_up_to=\d+, ok_up_to_line=\d+, diff=([1-9]\d*)/.exec(found);
  if (!/is not valid/.test(found) || analysis === null) return undefined;
  const [sizeBytes, cutBytes] = [Number(analysis[1]), Number(analysis[2])];
  const wrongAt = /0x\s*([0-9a-f]+): Expected (?:prefix|\\r)/.exec(found)?.[1];
  const endsThere = /: Expected to read \d+ bytes|Reached EOF before reading EXEC/.test(found);
  const isTornEnd =
    wrongAt === undefined ? endsThere : sizeBytes - Number.parseInt(wrongAt, 16) <= longestTornWordBytes;
  return { isTornEnd, cutBytes };
};

/** The server is the checker too, when it is called so. */
async function checkAof(path: string, args: string[]): Promise<string> {
  const child = spawn(path, args, { argv0: 'redis-check-aof', stdio: ['pipe', 'pipe', 'pipe'] });
  child.on('error', () => undefined); // then it says nothing either
  child.stdin.on('error', () => undefined); // it asks only when there is something to mend
  child.stdin.end('y\n');
  return (await Promise.all([text(child.stdout), text(child.stderr)])).join('\n');
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
