import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { programVersion } from './program-version.ts';

/** What a reader of figures must know of where they were taken. */
export type Machine = {
  at: string;
  commit: string | undefined;
  cpu: string;
  cores: number;
  memoryBytes: number;
  system: string;
  node: string;
  /** Of the minute before the bench. */
  load: number;
};

export const describeMachine = async (now: () => number): Promise<Machine> => ({
  at: new Date(now()).toISOString(),
  commit: await programVersion('git', ['rev-parse', '--short', 'HEAD']),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  system: `${platform()} ${release()}`,
  node: process.version,
  load: loadavg()[0] ?? 0,
});

const busyLoad = 0.5;

/** Undefined on a quiet machine. */
export const warningOf = ({ load, cores }: Machine): string | undefined =>
  load > busyLoad
    ? `this machine is busy (load ${load.toFixed(2)} on ${cores} cores): trust ratios only, or repeat`
    : undefined;
