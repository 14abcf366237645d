import { readFile } from 'node:fs/promises';
import type { Fleet } from '../fleet.ts';
import { processFigures } from '../process-figures.ts';
import type { Happening } from '../timeline.ts';
import { wasWithoutRedis } from './disturbances.ts';
import { found, type Violation } from './verdicts.ts';

/** Far above what a process of this fleet needs (measured: 90 to 180 MB, 25 to 110 descriptors), far below a leak of hours. */
const most = { residentMb: 420, descriptors: 600 };

/** How the processes are now, and how those before them ended. */
export const judgeProcesses = async (
  fleet: Fleet,
  happenings: readonly Happening[],
  secrets: readonly string[],
): Promise<Violation[]> => {
  const bad: string[] = [];
  for (const { name, child } of fleet.places) {
    const figures = child?.pid === undefined ? undefined : await processFigures(child.pid);
    if (figures === undefined) continue;
    const { state, residentMb, descriptors } = figures;
    if (state === 'Z' || residentMb > most.residentMb || descriptors > most.descriptors)
      bad.push(`${name}: ${JSON.stringify(figures)}`);
  }
  const wrongEnds = happenings
    .filter(({ what }) => what === 'ended by itself' || what === 'did not end')
    .map(({ what, about }) => `${about['who']} ${what}: ${String(about['how'])}`);
  // The first connection has ten seconds, so that is what went before its end.
  const noReason = happenings
    .filter(({ what }) => what === 'found no Redis')
    .filter(({ about, atMs }) => {
      const who = String(about['who']);
      return !wasWithoutRedis(happenings, { who, fromMs: atMs - Number(about['lifeMs']), toMs: atMs });
    })
    .map(({ about }) => `${about['who']} found no Redis where there was one`);
  return [
    ...found('no zombie, no growth', bad),
    ...found('processes end when they are told to', [...wrongEnds, ...noReason]),
    ...(await judgeLogs(fleet, secrets)),
  ];
};

async function judgeLogs(fleet: Fleet, secrets: readonly string[]): Promise<Violation[]> {
  const telling: string[] = [];
  for (const { name, log } of fleet.places) {
    const text = await readFile(log, 'utf8').catch(() => '');
    if (secrets.some((secret) => text.includes(secret))) telling.push(name);
  }
  return found('logs carry no secret', telling);
}
