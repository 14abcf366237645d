import { once } from 'node:events';
import { chmod, chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectionTo, readEndpoint, redisFiles } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { makeSmallDisk, type SmallDisk } from '../../small-disk.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import type { DealtRun } from '../deal-round.ts';
import { nobody, startTrawlRun, type TrawlRun, type User } from '../trawl-run.ts';

/** A `trawl run` with all that is its own on one small disk: Redis, bodies, logs, its input and its records. */
export type OwnRun = TrawlRun & {
  disk: SmallDisk;
  /** Absent: the campaign is no superuser, and rights bind it as they are. */
  user: User | undefined;
  variables: NodeJS.ProcessEnv;
  output: string;
  /** From outside. */
  redis: Redis;
  redisPid: () => Promise<number | undefined>;
  /** Its processes of one app, as they are now. */
  pidsOf: (app: string) => Promise<number[]>;
  /** Leaves the disk. */
  letGo: () => Promise<void>;
};

const typedForMs = 15_000;
const pieces = 60;

export const startOwnRun = async (world: CampaignWorld, dealt: DealtRun): Promise<OwnRun> => {
  const disk = await makeSmallDisk(join(world.directory, `data-${dealt.run}`), '1g');
  const user = nobody();
  if (user !== undefined) {
    await chmod(world.directory, 0o711);
    await chown(disk.path, user.uid, user.gid);
  }
  const { perHost, attempts, backoffMs, backoffCapMs, totalTimeoutMs, ratePerSecond } = dealt.settings;
  const output = join(disk.path, 'results', 'own.jsonl');
  const variables = { REDIS_URL: undefined, TRAWL_DATA_DIR: disk.path };
  const flags = {
    name: dealt.run,
    out: output,
    bodies: 'files',
    workers: 2,
    'per-host': perHost,
    attempts,
    backoff: `${backoffMs}ms`,
    'backoff-cap': `${backoffCapMs}ms`,
    timeout: `${totalTimeoutMs}ms`,
    rate: `${ratePerSecond}/s`,
  };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const started = await startTrawlRun(['-', ...words], variables, user);
  world.timeline.note('trawl run started', { run: started.run });
  void type(started, dealt);
  const files = redisFiles(disk.path);
  const endpoint = await readEndpoint(files);
  if (endpoint === undefined) throw new Error('its Redis has an endpoint');
  const redis = await connectRedis(connectionTo(endpoint), { role: 'chaos' });
  redis.on('error', () => undefined); // it is killed on purpose
  return {
    ...started,
    disk,
    user,
    variables,
    output,
    redis,
    redisPid: async () => (await readEndpoint(files).catch(() => undefined))?.pid ?? undefined,
    pidsOf: (app) => pidsBelow(started.child.pid ?? 0, `/apps/${app}/src/main.ts`),
    letGo: async () => {
      if (started.child.exitCode === null && started.child.signalCode === null) {
        const ended = once(started.child, 'exit');
        started.child.kill('SIGKILL');
        await ended;
      }
      await disconnectRedis(redis);
    },
  };
};

/** As a pipe would give it, bit by bit: its input is still being kept while faults strike. */
async function type({ child }: TrawlRun, { lines }: DealtRun): Promise<void> {
  const text = Buffer.from(`${lines.map(({ line }) => line).join('\n')}\n`);
  const most = Math.ceil(text.length / pieces);
  for (let at = 0; at < text.length && child.exitCode === null; at += most) {
    child.stdin?.write(text.subarray(at, at + most));
    await delay(typedForMs / pieces);
  }
  child.stdin?.end();
}

async function pidsBelow(pid: number, ending: string): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const found: number[] = [];
  for (const word of children.split(' ').filter(Boolean)) {
    const command = await readFile(`/proc/${word}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(ending)) found.push(Number(word));
  }
  return found;
}
