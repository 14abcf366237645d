import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndpoint, redisFiles, urlOf } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { leaveEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/leave-embedded-redis.ts';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { until } from './until.ts';

export const dataDirPrefix = 'trawl-test-';

/** Older than any test that is still under way and has, for a moment, nobody connected. */
const abandonedAfterMs = 15 * 60_000;

/** Ends the server that is noted in the directory, whoever uses it: the end of a test, also of one that failed. */
export const killServerOf = async (dataDir: string): Promise<void> => {
  const endpoint = await readEndpoint(redisFiles(dataDir));
  if (endpoint === undefined || endpoint.pid === null) return;
  const { pid, identity } = endpoint;
  const runs = async () => (await processIdentity(pid)) === identity;
  if (!(await runs())) return;
  process.kill(pid, 'SIGKILL');
  await until(async () => !(await runs()));
};

/** A test run that was killed could not stop its servers, which outlive it on purpose. The next run does. */
export const stopServersOfKilledRuns = async (): Promise<void> => {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(dataDirPrefix));
  for (const name of names) {
    const dataDir = join(tmpdir(), name);
    const endpoint = await readEndpoint(redisFiles(dataDir)).catch(() => undefined);
    if (endpoint === undefined || Date.now() - Date.parse(endpoint.started) < abandonedAfterMs) continue;
    await leaveEmbeddedRedis({ dataDir, url: urlOf(endpoint) });
    if ((await readEndpoint(redisFiles(dataDir))) === undefined) await rm(dataDir, { recursive: true, force: true });
  }
};
