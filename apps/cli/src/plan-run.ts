import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
  const sinks = sinksOf(settings, { run, dataDir, cwd: shell.cwd });
  for (const sink of sinks) if (sink.kind === 'jsonl') await refuseFullFile(sink.path, settings.overwrite);
  return { run, source: withSpool(source, join(dataDir, 'stdin', run)), settings: crawlSettingsOf(settings), sinks };
};

function sinksOf(settings: RunFlags, place: { run: string; dataDir: string; cwd: string }): SinkSpec[] {
  const { sink, out, retentionMs, retentionRecords } = settings;
  const path =
    out === '' ? join(place.dataDir, 'results', `${place.run}.jsonl`) : out === '-' ? out : resolve(place.cwd, out);
  return [
    ...(sink.includes('jsonl') ? [{ kind: 'jsonl' as const, path }] : []),
    ...(sink.includes('redis') ? [{ kind: 'redis' as const, retentionMs, maxRecords: retentionRecords }] : []),
  ];
}

/** Nobody's records are to be mixed with ours, or lost without a word. */
async function refuseFullFile(path: string, overwrite: boolean): Promise<void> {
  const existing = path === '-' ? undefined : await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new UserError(`${path} is a directory.`, 'Let --out name a file.');
  if (overwrite || !existing?.isFile() || existing.size === 0) return;
  throw new UserError(
    `${path} holds something already.`,
    'Name another file with --out, or empty this one with --overwrite.',
  );
}

const withSpool = (source: SourceSpec, path: string): SourceSpec =>
  source.kind === 'stdin' ? { ...source, path } : source;

function crawlSettingsOf(settings: RunFlags): CrawlSettings {
  const keys = Object.keys(crawlSettings) as (keyof CrawlSettings)[];
  return Object.fromEntries(keys.map((key) => [key, settings[key]])) as CrawlSettings;
}
