import { chmod, chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../attacked.ts';
import type { Timeline } from '../timeline.ts';
import type { OwnRun } from './own-run.ts';

export type AttackedOwnRun = {
  own: OwnRun;
  timeline: Timeline;
  calm: AbortSignal;
  withRedis: (act: () => Promise<void>) => Promise<void>;
  withRights: (act: () => Promise<void>) => Promise<void>;
};

const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** What happens to a run that has all on one disk; and its processes die meanwhile, since who begins opens files anew. */
export const dataDirectoryFaults: Record<string, Fault<AttackedOwnRun>> = {
  'the disk of the data directory is full': {
    weight: 2,
    draw: (choose) => ({ leftBytes: choose.oneOf([0, 0, 5000, 100_000]), forMs: choose.whole(1000, 8000) }),
    strike: async ({ own, timeline, calm }, { leftBytes, forMs }) => {
      if (!own.disk.isItsOwn) return timeline.note('fault skipped', { kind: 'full', reason: 'no disk can be mounted' });
      timeline.note('disk of the data directory is full', { forMs: Number(forMs) });
      await own.disk.shrinkTo(Number(leftBytes));
      await pause(Number(forMs), calm);
      await own.disk.giveBack();
      timeline.note('disk of the data directory has room');
    },
  },
  'the data directory may not be written': {
    weight: 2,
    draw: (choose) => ({
      place: choose.oneOf(['.', 'bodies', 'logs', 'redis', 'results', 'stdin']),
      forMs: choose.whole(1000, 8000),
    }),
    strike: async ({ own, timeline, calm, withRights }, { place, forMs }) =>
      withRights(async () => {
        timeline.note('data directory may not be written', { place, forMs: Number(forMs) });
        const giveBack = await takeRights(join(own.disk.path, String(place)), own);
        await pause(Number(forMs), calm);
        await giveBack();
        timeline.note('data directory may be written');
      }),
  },
  'kill a process': {
    weight: 3,
    draw: (choose) => ({ app: choose.oneOf(['worker', 'collector']), which: choose.whole(0, 1) }),
    strike: async ({ own, timeline }, { app, which }) => {
      const pid = (await own.pidsOf(String(app)))[Number(which)];
      if (pid === undefined) return;
      timeline.note('SIGKILL', { who: `${app}`, pid });
      process.kill(pid, 'SIGKILL');
    },
  },
  'kill its redis': {
    weight: 1,
    draw: () => ({}),
    strike: async ({ own, timeline, withRedis }) =>
      withRedis(async () => {
        const pid = await own.redisPid();
        if (pid === undefined) return;
        timeline.note('redis killed');
        // What it did while its disk was full is in no file.
        timeline.note('end of the append-only file was not written');
        process.kill(pid, 'SIGKILL');
        while ((await own.redisPid()) === pid && own.child.exitCode === null) await delay(50);
        while ((await answerOf(own)) !== 'PONG' && own.child.exitCode === null) await delay(50);
        timeline.note('redis is back');
      }),
  },
};

const answerOf = ({ redis }: OwnRun): Promise<string> =>
  Promise.race([redis.ping().catch(String), delay(200, 'silent')]);

/** Of a directory, its files and the directories in it. Answers how they are given back. */
async function takeRights(top: string, { user }: OwnRun): Promise<() => Promise<void>> {
  const taken: { path: string; mode: number }[] = [];
  for (const path of [top, ...(await namesIn(top))]) {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined || found.isSymbolicLink()) continue;
    taken.push({ path, mode: found.mode & 0o777 });
    // Its owner might take the right back.
    if (user !== undefined) await chown(path, 0, 0);
    await chmod(path, found.isDirectory() ? 0o555 : 0o444);
  }
  return async () => {
    for (const { path, mode } of taken.toReversed()) {
      await chmod(path, mode).catch(() => undefined);
      if (user !== undefined) await chown(path, user.uid, user.gid).catch(() => undefined);
    }
  };
}

/** Two levels: below them are bodies alone, and the append-only file. */
async function namesIn(top: string): Promise<string[]> {
  const names = (await readdir(top).catch(() => [])).map((name) => join(top, name));
  const below = await Promise.all(
    names.map(async (path) => (await readdir(path).catch(() => [])).map((name) => join(path, name))),
  );
  return [...names, ...below.flat()];
}
