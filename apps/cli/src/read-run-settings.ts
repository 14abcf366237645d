import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { crawlNamePattern } from '@trawl/shared/domain/crawl-definition.ts';
import { readSettings, type SettingsOf, variableOf } from '@trawl/shared/domain/setting.ts';
import { processSettingProblems } from '@trawl/shared/platform/process-settings.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { Invocation } from './commands/command.ts';
import { runFlags } from './commands/flags.ts';
import { parseFailOn } from './report/fail-on.ts';

export type RunFlags = SettingsOf<typeof runFlags>;

export type RunWish = {
  settings: RunFlags;
  /** From the command line, else from the crawl file. */
  sourceWords: string[];
  /** Flag -> what was given for it, by flags or the crawl file, but for what variables say: what child processes are told. */
  given: Record<string, unknown>;
};

/**
 * What `run` and `enqueue` are to do: flags win over variables, those over the crawl file. Throws one UserError that names every problem, of the
 * crawl file by line, of the others by flag and variable.
 */
export const readRunSettings = async ({ flags, words, shell, name }: Invocation): Promise<RunWish> => {
  const { variables } = shell;
  const { crawl } = readSettings({ crawl: runFlags.crawl }, { flags, variables }).values;
  const fromFile =
    crawl === '' ? { file: {}, sourceWords: [], problems: [] } : await openCrawlFile(resolve(shell.cwd, crawl), crawl);
  const told = readSettings(runFlags, { flags, variables }).problems;
  const { values: settings } = readSettings(runFlags, { flags, variables, file: fromFile.file });
  const lines = [...fromFile.problems, ...[...told, ...problemsBetween(settings)].map(problemLine)];
  if (lines.length > 0)
    throw new UserError(
      lines.join('\n'),
      `${shell.program} help ${name} lists the flags, docs/configuration.md explains them.`,
    );
  return {
    settings,
    sourceWords: words.length > 0 ? words : fromFile.sourceWords,
    given: { ...withoutVariables(fromFile.file, variables), ...flags },
  };
};

/** What children are told wins over their variables; the crawl file does not. */
const withoutVariables = (
  file: Record<string, unknown>,
  variables: Record<string, string | undefined>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(file).filter(([flag]) => variables[variableOf(rowsByFlag.get(flag) ?? { flag })] === undefined),
  );

async function openCrawlFile(path: string, name: string) {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UserError(`The crawl file ${path} cannot be read: ${error.message}`, 'Check the path behind --crawl.');
  });
  const { readCrawlFile } = await import('./crawl-file/read-crawl-file.ts');
  return readCrawlFile(runFlags, { name, path, text });
}

type RunProblem = { flag: string; message: string };

const problemLine = ({ flag, message }: RunProblem): string =>
  `--${flag} / ${variableOf(rowsByFlag.get(flag) ?? { flag })}: ${message}`;

const rowsByFlag = new Map(
  Object.values(runFlags).map((row): [string, { flag: string; variable?: string }] => [row.flag, row]),
);

/** Problems of values that are fine one by one. */
export const problemsBetween = (settings: RunFlags): RunProblem[] => {
  const { sink, out, json, name, failOn } = settings;
  const problems: RunProblem[] = [...processSettingProblems(settings)];
  const add = (flag: string, message: string): void => void problems.push({ flag, message });
  for (const each of sink)
    if (each !== 'jsonl' && each !== 'redis') add('sink', `expected jsonl or redis, got "${each}"`);
  if (sink.length === 0) add('sink', 'expected jsonl, redis or both, got none');
  if (out !== '' && !sink.includes('jsonl')) add('out', 'there is no sink jsonl that would write it; add it to --sink');
  if (out === '-' && json) add('out', '--json and --out - both want stdout; give --out a file');
  if (name !== '' && !crawlNamePattern.test(name)) add('name', `expected up to 39 of a-z, 0-9 and -, got "${name}"`);
  return [...problems, ...failOnMessages(failOn).map((message) => ({ flag: 'fail-on', message }))];
};

export const failOnProblems = (conditions: string[]): string[] =>
  failOnMessages(conditions).map((message) => problemLine({ flag: 'fail-on', message }));

const failOnMessages = (conditions: string[]): string[] =>
  conditions.flatMap((text) => {
    const parsed = parseFailOn(text);
    return 'problem' in parsed ? [parsed.problem] : [];
  });
