import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../attacked.ts';

const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** What happens to the disk that the sinks write to. It is a small one of their own, where the machine lets us make one. */
export const diskFaults: Record<string, Fault> = {
  'the disk of the sinks is full': {
    weight: 1,
    draw: (choose) => ({ leftBytes: choose.oneOf([0, 1, 5000, 40_000]), forMs: choose.whole(1000, 6000) }),
    strike: async ({ sinksDisk, timeline, calm }, { leftBytes, forMs }) => {
      if (sinksDisk === undefined) return;
      const filler = join(sinksDisk, 'filler');
      const { bavail, bsize } = await statfs(sinksDisk);
      timeline.note('disk of the sinks is full', { forMs: Number(forMs) });
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - Number(leftBytes)))).catch(() => undefined);
      await pause(Number(forMs), calm);
      await rm(filler, { force: true });
      timeline.note('disk of the sinks has room');
    },
  },
};
