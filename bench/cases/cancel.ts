import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchCase } from '../support/bench-case.ts';
import { openBenchRedis } from '../support/bench-redis.ts';
import { writeUrls } from '../support/bench-world.ts';
import { startPretendWeb } from '../support/pretend-web-origin.ts';
import { startTrawl } from '../support/start-trawl.ts';

const urls = 100_000;
const doneBefore = 20_000;
const hosts = 20;

/** How soon nobody is asked any more, and how soon every line is accounted for. */
export const cancel: BenchCase = {
  name: 'cancel',
  about: `a run of ${urls} URLs in 3 workers is cancelled when ${doneBefore} are done: its last request at the origin`,
  run: async (world) => {
    await using origin = await startPretendWeb({ ...world, arrivals: true });
    const dir = await world.newDir('cancel');
    const dataDir = join(dir, 'data');
    const urlOf = (i: number) => origin.url(`/ok?delay=20&id=${i}`).replace('127.0.0.1', `127.0.0.${2 + (i % hosts)}`);
    const file = await writeUrls(dir, urls, urlOf);
    await using redis = await openBenchRedis(dataDir);
    const place = ['--data-dir', dataDir];
    const flags = ['--workers', '3', '--per-host', '100', '--out', join(dir, 'out.jsonl'), '--json'];
    await using run = startTrawl(['run', file, ...flags, ...place], world);
    await run.firstLine;
    while ((await redis.lastRun()).recorded < doneBefore) {
      world.stop.throwIfAborted();
      await delay(20);
    }

    const { wallMs } = await startTrawl(['cancel', 'last', ...place, '--json'], world).ended;
    const marker = origin.url('/ok?marker');
    await fetch(marker);
    await run.ended;
    const lastArrivalMs = await lastArrivalAfter(origin.url('/_arrivals'));
    const { recorded, classes, pushed } = await redis.lastRun();
    if (recorded !== urls || pushed !== urls) throw new Error(`${recorded} of ${pushed} lines have an outcome`);
    await startTrawl(['verify', 'last', ...place], world).ended;
    return {
      kind: 'measured',
      figures: [
        {
          what: 'last arrival after the command',
          value: lastArrivalMs,
          unit: 'ms',
          target: { of: 'value', atMost: 1000 },
        },
        { what: 'the command', value: wallMs, unit: 'ms' },
      ],
      notes: [`${classes['ok']} ok, ${classes['cancelled']} cancelled; trawl verify agrees`],
      detail: { classes },
    };
  },
};

/** Ms from the marker's arrival to the last one of the run; 0 when none came after it. */
async function lastArrivalAfter(page: string): Promise<number> {
  const { hosts: byHost } = (await (await fetch(page)).json()) as { hosts: Record<string, { startsMs: number[] }> };
  const markerMs = byHost['127.0.0.1']?.startsMs.at(-1);
  if (markerMs === undefined) throw new Error('the marker did not arrive');
  const others = Object.entries(byHost).flatMap(([host, { startsMs }]) => (host === '127.0.0.1' ? [] : startsMs));
  return Math.max(0, others.reduce((latest, ms) => Math.max(latest, ms), 0) - markerMs);
}
