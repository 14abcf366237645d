import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { board } from './cases/board.ts';
import { cancel } from './cases/cancel.ts';
import { enqueueMillion } from './cases/enqueue-million.ts';
import { fairShare } from './cases/fair-share.ts';
import { hostileMemory } from './cases/hostile-memory.ts';
import { hostileNeighbours } from './cases/hostile-neighbours.ts';
import { latency50, latency100 } from './cases/latency.ts';
import { machines } from './cases/machines.ts';
import { pages } from './cases/pages.ts';
import { raw } from './cases/raw.ts';
import { soak, soakHosts } from './cases/soak.ts';
import { startUp } from './cases/start-up.ts';
import type { BenchCase } from './support/bench-case.ts';
import { type CaseReport, tableOf } from './support/bench-table.ts';
import { type BenchWorld, createWorld } from './support/bench-world.ts';
import { isMet } from './support/figure.ts';
import { describeMachine, type Machine, warningOf } from './support/machine.ts';
import { watchOtherLoad } from './support/other-load.ts';

/** `npm run bench`: measures, prints a table, keeps the figures as JSON. docs/benchmarks.md explains it. */
const cases: BenchCase[] = [
  latency50,
  latency100,
  pages,
  raw,
  enqueueMillion,
  startUp,
  fairShare,
  cancel,
  machines,
  board,
  hostileMemory,
  hostileNeighbours,
  soak,
  soakHosts,
];
/** Of a case that names none. */
const usualDeadlineMs = 150_000;
const resultsDir = fileURLToPath(new URL('./results/', import.meta.url));

const usage = `npm run bench -- [--only NAME[,NAME]] [--json] [--profile] [--fetches N]

  --only     ${cases.map(({ name }) => name).join(', ')}
  --json     the figures as JSON on stdout, no table
  --profile  raw: one more crawl under the CPU profiler
  --fetches  soak, soak-hosts: how many URLs, instead of all that they take by themselves

${cases.map(({ name, about, isOptIn }) => `${name.padEnd(18)} ${about}${isOptIn ? '; only when --only names it' : ''}`).join('\n')}
`;

const main = async (): Promise<number> => {
  const flags = readFlags();
  if (flags === undefined) return 2;
  if (flags.help) return print(usage);
  const machine = await describeMachine(Date.now);
  const warning = warningOf(machine);
  if (warning !== undefined) say(warning);
  const reports = await measureAll(flags.cases, flags);
  const results = asJson(machine, reports);
  const file = await keep(results, machine.at);
  print(flags.json ? results : `\n${tableOf(reports)}\nfigures: ${file}\n`);
  return reports.some(({ result }) => result.kind === 'failed') ? 1 : 0;
};

async function measureAll(
  chosen: BenchCase[],
  options: { profile: boolean; fetches: number | undefined },
): Promise<CaseReport[]> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupt.abort(new Error('interrupted')));
  const tempDir = await mkdtemp(join(tmpdir(), 'trawl-bench-'));
  const world = createWorld({
    tempDir,
    stop: interrupt.signal,
    profile: options.profile,
    fetches: options.fetches,
    say: (text) => say(`  ${text}`),
  });
  const reports: CaseReport[] = [];
  try {
    for (const benchCase of chosen) reports.push(await measure(benchCase, world));
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
  return reports;
}

async function measure(
  { name, about, run, deadlineMs = usualDeadlineMs }: BenchCase,
  world: BenchWorld,
): Promise<CaseReport> {
  const startedAt = performance.now();
  const otherLoad = watchOtherLoad();
  const stop = AbortSignal.any([world.stop, AbortSignal.timeout(deadlineMs)]);
  say(`${name}: ${about}`);
  const resultOf = async (): Promise<CaseReport['result']> => {
    try {
      stop.throwIfAborted();
      return await run({ ...world, stop });
    } catch (error) {
      const failure = `${stop.aborted ? `${messageOf(stop.reason)}; ` : ''}${messageOf(error)}`;
      say(`  failed: ${failure}`);
      return { kind: 'failed', error: failure };
    }
  };
  const result = await resultOf();
  return { name, about, result, tookMs: performance.now() - startedAt, otherLoad: otherLoad() };
}

function asJson(machine: Machine, reports: CaseReport[]): string {
  const judged = reports.map((report) =>
    report.result.kind === 'measured'
      ? {
          ...report,
          result: {
            ...report.result,
            figures: report.result.figures.map((figure) => ({ ...figure, met: isMet(figure) })),
          },
        }
      : report,
  );
  return `${JSON.stringify({ machine, cases: judged }, undefined, 2)}\n`;
}

async function keep(results: string, at: string): Promise<string> {
  const file = join(resultsDir, `${at.replaceAll(/[:.]/g, '-')}.json`);
  await mkdir(resultsDir, { recursive: true });
  await writeFile(file, results);
  await writeFile(join(resultsDir, 'latest.json'), results);
  return file;
}

type Flags = { cases: BenchCase[]; json: boolean; profile: boolean; help: boolean; fetches: number | undefined };

function readFlags(): Flags | undefined {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        fetches: { type: 'string' },
        json: boolean,
        profile: boolean,
        help: boolean,
      },
    });
    const names = values.only?.split(',') ?? cases.filter(({ isOptIn }) => !isOptIn).map(({ name }) => name);
    const unknown = names.filter((name) => !cases.some((known) => known.name === name));
    if (unknown.length > 0) throw new Error(`--only: there is no case ${unknown.join(', ')}`);
    const fetches = values.fetches === undefined ? undefined : Number(values.fetches);
    if (fetches !== undefined && !(fetches >= 1000)) throw new Error('--fetches: a number from 1000 on');
    return { ...values, fetches, cases: cases.filter(({ name }) => names.includes(name)) };
  } catch (error) {
    say(`${messageOf(error)}\n\n${usage}`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.exitCode = await main();
