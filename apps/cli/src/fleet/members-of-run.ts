import { join } from 'node:path';
import { showLength } from '@trawl/shared/domain/quantities.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import type { Member } from './supervise.ts';

export type RunOnThisMachine = {
  spec: RunSpec;
  /** Absolute. */
  dataDir: string;
  /** The run was created a moment ago: its stdin, if that is the source, is the one of this process. */
  isNew: boolean;
};

export type FleetOfRun = {
  workers: number;
  /** Longest until the jobs of a dead worker are given to others. */
  takeoverMs: number;
  isCollected: () => Promise<boolean>;
  feedWhen: NonNullable<Member['mayBegin']>;
};

/** Who crawls a run on one machine: one producer, so many workers, one collector. */
export const membersOfRun = (
  here: RunOnThisMachine,
  { workers, takeoverMs, isCollected, feedWhen }: FleetOfRun,
): Member[] => {
  const { run, sinks } = here.spec;
  const toStdout = sinks.some((sink) => sink.kind === 'jsonl' && sink.path === '-');
  const names = Array.from({ length: workers }, (_, i) => `worker-${i + 1}`);
  const afterDeath = `What it was fetching is fetched again, within ${showLength(takeoverMs)}.`;
  return [
    ...names.map(
      (name): Member => ({ name, app: 'worker', args: [], ...silentStreams(here, name), isDone: never, afterDeath }),
    ),
    { ...feederOf(here, { args: [], isDone: never }), mayBegin: feedWhen },
    {
      name: 'collector',
      app: 'collector',
      args: ['--run', run],
      isDone: isCollected,
      ...silentStreams(here, 'collector'),
      stdout: toStdout ? 'inherit' : 'ignore',
    },
  ];
};

/** The producer that feeds the run. @param options.args further ones, such as --ingest-only */
export const feederOf = (here: RunOnThisMachine, options: { args: string[]; isDone: Member['isDone'] }): Member => {
  const { run, source } = here.spec;
  const reads = here.isNew && source.kind === 'stdin';
  return {
    name: 'producer',
    app: 'producer',
    args: ['--run', run, ...options.args],
    isDone: options.isDone,
    ...silentStreams(here, 'producer'),
    stdin: reads ? 'inherit' : 'ignore',
  };
};

export const logDir = (dataDir: string, run: string): string => join(dataDir, 'logs', run);

const never = () => Promise.resolve(false);

const silentStreams = ({ spec, dataDir }: RunOnThisMachine, name: string) =>
  ({ stdin: 'ignore', stdout: 'ignore', logPath: join(logDir(dataDir, spec.run), `${name}.log`) }) as const;
