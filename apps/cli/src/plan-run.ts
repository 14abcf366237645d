import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sinksOfRun } from '@trawl/shared/domain/crawl-definition.ts';
import { type CrawlSettings, crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunSpec, SinkSpec, SourceSpec } from '@trawl/shared/domain/run.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { RunFlags, RunWish } from './read-run-settings.ts';
import { asStem, nameRun, stemOfSource } from './runs/name-run.ts';
import type { Shell } from './shell.ts';
import { checkSourceFile } from './source/check-source-file.ts';
import { recogniseSource } from './source/recognise-source.ts';

/** A run as it will be created. Throws UserError for a source or an output file that cannot be used. */
export const planRun = async (
  { settings, sourceWords }: RunWish,
  shell: Shell,
): Promise<Omit<RunSpec, 'createdAtMs'>> => {
  const { format, column, field } = settings;
  const source = recogniseSource({ words: sourceWords, format, column, field, cwd: shell.cwd });
  await checkSourceFile(source);
  const stem = settings.name === '' ? stemOfSource(source) : asStem(settings.name);
  const run = nameRun(stem, { nowMs: shell.now(), random: shell.random });
  const dataDir = resolve(shell.cwd, settings.dataDir);
  const sinks = sinksOfRun(sinksOf(settings, { dataDir, cwd: shell.cwd }), run);
  await refuseFullFiles(sinks, settings.overwrite, 'Name another file with --out, or empty this one with --overwrite.');
  return { run, source: withSpool(source, join(dataDir, 'stdin', run)), settings: crawlSettingsOf(settings), sinks };
};

/** Where records go; a path may hold `{run}` for the name of the run. */
export const sinksOf = (settings: RunFlags, { dataDir, cwd }: { dataDir: string; cwd: string }): SinkSpec[] => {
  const { sink, out, retentionMs, retentionRecords } = settings;
  const path = out === '' ? join(dataDir, 'results', '{run}.jsonl') : out === '-' ? out : resolve(cwd, out);
  return [
    ...(sink.includes('jsonl') ? [{ kind: 'jsonl' as const, path }] : []),
    ...(sink.includes('redis') ? [{ kind: 'redis' as const, retentionMs, maxRecords: retentionRecords }] : []),
  ];
};

/** Nobody's records are to be mixed with ours, or lost without a word. */
export const refuseFullFiles = async (sinks: SinkSpec[], overwrite: boolean, remedy: string): Promise<void> => {
  for (const sink of sinks) {
    const path = sink.kind === 'jsonl' && sink.path !== '-' ? sink.path : undefined;
    const existing = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (existing?.isDirectory()) throw new UserError(`${path} is a directory.`, 'Let --out name a file.');
    if (!overwrite && existing?.isFile() && existing.size > 0)
      throw new UserError(`${path} holds something already.`, remedy);
  }
};

const withSpool = (source: SourceSpec, path: string): SourceSpec =>
  source.kind === 'stdin' ? { ...source, path } : source;

/** The part of the settings that every worker of the fleet is to know. */
export const crawlSettingsOf = (settings: RunFlags): CrawlSettings => {
  const keys = Object.keys(crawlSettings) as (keyof CrawlSettings)[];
  return Object.fromEntries(keys.map((key) => [key, settings[key]])) as CrawlSettings;
};
