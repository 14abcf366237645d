import { allPids, canReadProcesses, countersOf, parentOf } from './proc-files.ts';
import { kindOf, type ProcessKind } from './process-kinds.ts';

/** What one process used while it was watched. `cpu` are readings: ms since 1970, CPU ms since the process began. */
export type ProcessFigures = {
  kind: ProcessKind;
  /** `worker-1`, `worker-2` in the order of pids; the kind alone where there is one of it. */
  name: string;
  pid: number;
  peakRssBytes: number;
  cpu: { atMs: number; cpuMs: number }[];
};

const lookEveryMs = 100;

/**
 * Watches processes and all their descendants. A peak of memory needs no luck: the kernel keeps it, and what a process
 * allots in its last 100 ms is all that can be missed.
 */
export const watchProcesses = (roots: (number | null | undefined)[]): { stop(): ProcessFigures[] } => {
  const watched = new Map<number, Omit<ProcessFigures, 'name'>>();
  const strangers = new Set<number>();
  const family = new Set(roots.filter((pid) => typeof pid === 'number'));
  let lastLookAtMs: number | undefined;

  const look = (): void => {
    for (const pid of newPids(family, strangers)) {
      const parent = parentOf(pid);
      (parent !== undefined && family.has(parent) ? family : strangers).add(pid);
    }
    for (const pid of family) {
      const counters = countersOf(pid);
      if (counters === undefined) continue;
      const cpu = watched.get(pid)?.cpu ?? bornSince(lastLookAtMs);
      cpu.push({ atMs: Date.now(), cpuMs: counters.cpuMs });
      watched.set(pid, { kind: kindOf(counters.argv), pid, peakRssBytes: counters.peakRssBytes, cpu });
    }
    lastLookAtMs = Date.now();
  };

  if (!canReadProcesses()) return { stop: () => [] };
  look();
  const timer = setInterval(look, lookEveryMs);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return named([...watched.values()].sort((a, b) => a.pid - b.pid));
    },
  };
};

/** CPU ms that processes of a kind used between two times (ms since 1970), read off between the nearest readings. */
export const cpuMsBetween = (
  processes: ProcessFigures[],
  kind: ProcessKind,
  span: { fromMs: number; toMs: number },
): number =>
  processes
    .filter((process) => process.kind === kind)
    .reduce((sum, { cpu }) => sum + cpuAt(cpu, span.toMs) - cpuAt(cpu, span.fromMs), 0);

/** A process that was not there at the last look had used nothing then; what runs at the first is taken as it is. */
function bornSince(lastLookAtMs: number | undefined): ProcessFigures['cpu'] {
  return lastLookAtMs === undefined ? [] : [{ atMs: lastLookAtMs, cpuMs: 0 }];
}

/** Ascending, so that a parent is judged before its children. */
function newPids(family: Set<number>, strangers: Set<number>): number[] {
  return allPids()
    .filter((pid) => !family.has(pid) && !strangers.has(pid))
    .sort((a, b) => a - b);
}

function cpuAt(readings: ProcessFigures['cpu'], atMs: number): number {
  const next = readings.find((reading) => reading.atMs >= atMs);
  const before = readings.findLast((reading) => reading.atMs < atMs);
  if (next === undefined) return before?.cpuMs ?? 0;
  if (before === undefined) return next.cpuMs;
  const part = (atMs - before.atMs) / (next.atMs - before.atMs);
  return before.cpuMs + part * (next.cpuMs - before.cpuMs);
}

function named(processes: Omit<ProcessFigures, 'name'>[]): ProcessFigures[] {
  const seen = new Map<ProcessKind, number>();
  return processes.map((process) => {
    const number = (seen.get(process.kind) ?? 0) + 1;
    seen.set(process.kind, number);
    const isOneOfMany = processes.filter(({ kind }) => kind === process.kind).length > 1;
    return { ...process, name: isOneOfMany ? `${process.kind}-${number}` : process.kind };
  });
}
