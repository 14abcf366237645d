import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type CrawlContent, sharedFileOf } from '@trawl/shared/domain/crawl-definition.ts';
import type { ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { runFlags } from '../commands/flags.ts';
import { lineOfProblem, readCrawlFile } from '../crawl-file/read-crawl-file.ts';
import { readScheduleBlock } from '../crawl-file/schedule-block.ts';
import { crawlSettingsOf, sinksOf } from '../plan-run.ts';
import { problemsBetween, type RunFlags } from '../read-run-settings.ts';
import { asStem } from '../runs/name-run.ts';
import type { Shell } from '../shell.ts';
import { recogniseSource } from '../source/recognise-source.ts';
import { ownFileRemedy } from './own-file.ts';

export type ReadDefinition = {
  name: string;
  content: CrawlContent;
  /** From its `schedule:`; absent where the file has none. */
  terms?: ScheduleTerms;
};

export type DefinitionPlace = { dataDir: string; shell: Shell };

/**
 * The crawl that a file describes. Only the file counts: a definition is the same whoever adds it. Throws one UserError that names
 * every problem by its line.
 * @param given the file as it was typed
 */
export const readDefinition = async (given: string, { dataDir, shell }: DefinitionPlace): Promise<ReadDefinition> => {
  const path = resolve(shell.cwd, given);
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UserError(`The crawl file ${path} cannot be read: ${error.message}`, 'Check the path.');
  });
  const crawl = readCrawlFile(runFlags, { name: given, path, text });
  const { values: settings } = readSettings(runFlags, { file: crawl.file });
  const block = crawl.schedule && readScheduleBlock(crawl.schedule, shell.now());
  const between = [...problemsBetween(settings), ...problemsOfFleet(settings, crawl.sourceWords)].map(
    ({ flag, message }) => ({ line: crawl.lines.get(flag) ?? 1, message: `${flag}: ${message}` }),
  );
  const found = [...(block?.problems ?? []), ...between].map((problem) => lineOfProblem(given, problem));
  refuse([...crawl.problems, ...found], shell.program);

  const content = contentOf(settings, { words: crawl.sourceWords, dataDir: crawl.file['data-dir'] ?? dataDir, shell });
  refuseSharedFile(given, { content, line: crawl.lines.get('out'), isScheduled: block !== undefined });
  const name = asStem(settings.name === '' ? basename(path).replace(/\.[^.]+$/, '') : settings.name);
  return { name, content, ...(block === undefined ? {} : { terms: block.terms }) };
};

/** What a run on this machine may do, and one of the fleet may not. */
function problemsOfFleet({ out }: RunFlags, words: string[]): { flag: string; message: string }[] {
  return [
    ...(words[0] === '-' ? [{ flag: 'source', message: 'stdin cannot be read again by each run; name a file' }] : []),
    ...(words.length === 0 ? [{ flag: 'source', message: 'no source is named' }] : []),
    ...(out === '-'
      ? [{ flag: 'out', message: "expected a file, since a fleet's collectors have no stdout to share" }]
      : []),
  ];
}

function refuse(problems: string[], program: string): void {
  if (problems.length === 0) return;
  const lineOf = (problem: string): number => Number(/:(\d+): /.exec(problem)?.[1] ?? 0);
  throw new UserError(
    problems.toSorted((a, b) => lineOf(a) - lineOf(b)).join('\n'),
    `${program} help crawl add says what a crawl file holds, docs/configuration.md explains the keys.`,
  );
}

type Surroundings = { words: string[]; dataDir: unknown; shell: Shell };

function contentOf(settings: RunFlags, { words, dataDir, shell }: Surroundings): CrawlContent {
  const { format, column, field, overwrite } = settings;
  const source = recogniseSource({ words, format, column, field, cwd: shell.cwd });
  if (source.kind === 'stdin') throw new Error('stdin was refused before');
  const place = { dataDir: resolve(shell.cwd, String(dataDir)), cwd: shell.cwd };
  const content: CrawlContent = { source, settings: crawlSettingsOf(settings), sinks: sinksOf(settings, place) };
  return overwrite ? { ...content, overwrite } : content;
}

type Scheduled = { content: CrawlContent; line: number | undefined; isScheduled: boolean };

function refuseSharedFile(given: string, { content, line = 1, isScheduled }: Scheduled): void {
  const file = sharedFileOf(content);
  if (!isScheduled || file === undefined) return;
  const message = `out: every run of a schedule would write to ${file}`;
  throw new UserError(lineOfProblem(given, { line, message }), ownFileRemedy(file));
}
