import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchWorld } from './bench-world.ts';
import { type SelfTime, selfTimes } from './cpu-profile.ts';
import { type CrawlPlan, measureCrawl } from './measure-crawl.ts';

const functionsShown = 15;
const modulesShown = 10;
const commandsShown = 12;

/** One more crawl, profiled: lines that say where each process and Redis spend their time. */
export const profileCrawl = async (plan: CrawlPlan, world: BenchWorld): Promise<string[]> => {
  const dir = await world.newDir('profiles');
  world.say('one more crawl under the profiler');
  const env = { ...plan.env, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir}` };
  const { processes, commandTimes, collectedMs } = await measureCrawl({ ...plan, env }, world);
  const lines = [`the profiled crawl took ${collectedMs.toFixed(0)} ms`];
  for (const file of (await readdir(dir)).sort()) {
    const process = processes.find(({ pid }) => file.includes(`.${pid}.`));
    if (process === undefined || process.name.endsWith('-2')) continue;
    const { functions, modules } = selfTimes(await readFile(join(dir, file), 'utf8'));
    lines.push(
      `self time of ${process.name} by module, with what it calls of Node:`,
      ...modules.slice(0, modulesShown).map(line),
    );
    lines.push(`self time of ${process.name} by function:`, ...functions.slice(0, functionsShown).map(line));
  }
  const commands = commandTimes
    .slice(0, commandsShown)
    .map(
      ({ command, calls, totalUs, usPerCall }) =>
        `  ${(totalUs / plan.urls).toFixed(1).padStart(6)} us a URL  ${command}, ${calls} calls of ${usPerCall.toFixed(1)} us`,
    );
  return [...lines, 'Redis by command (what a script calls is counted in the script, too):', ...commands];
};

function line({ what, ms, percent }: SelfTime): string {
  return `  ${percent.toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(6)} ms  ${what}`;
}
