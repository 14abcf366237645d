import { readFile } from 'node:fs/promises';
import type { Fleet } from '../fleet.ts';
import { processFigures } from '../process-figures.ts';
import type { Happening } from '../timeline.ts';
import { some, type Violation } from './verdicts.ts';

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
  return [
    ...(bad.length === 0 ? [] : [{ promise: 'no zombie, no growth', details: some(bad) }]),
    ...(wrongEnds.length === 0 ? [] : [{ promise: 'processes end when they are told to', details: some(wrongEnds) }]),
    ...(await judgeLogs(fleet, secrets)),
  ];
};

async function judgeLogs(fleet: Fleet, secrets: readonly string[]): Promise<Violation[]> {
  const found: string[] = [];
  for (const { name, log } of fleet.places) {
    const text = await readFile(log, 'utf8').catch(() => '');
    if (secrets.some((secret) => text.includes(secret))) found.push(name);
  }
  return found.length === 0 ? [] : [{ promise: 'logs carry no secret', details: some(found) }];
}
