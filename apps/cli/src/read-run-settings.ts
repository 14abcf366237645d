import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readSettings, type SettingsOf } from '@trawl/shared/domain/setting.ts';
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
  /** Flag -> what was given for it, by flags or the crawl file: what child processes are told. */
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
  const lines = [...fromFile.problems, ...told.map(problemLine), ...problemsBetween(settings)];
  if (lines.length > 0)
    throw new UserError(
      lines.join('\n'),
      `${shell.program} help ${name} lists the flags, docs/configuration.md explains them.`,
    );
  return {
    settings,
    sourceWords: words.length > 0 ? words : fromFile.sourceWords,
    given: { ...fromFile.file, ...flags },
  };
};

async function openCrawlFile(path: string, name: string) {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UserError(`The crawl file ${path} cannot be read: ${error.message}`, 'Check the path behind --crawl.');
  });
  const { readCrawlFile } = await import('./crawl-file/read-crawl-file.ts');
  return readCrawlFile(runFlags, { name, path, text });
}

const problemLine = ({ flag, variable, message }: { flag: string; variable: string; message: string }): string =>
  `--${flag} / ${variable}: ${message}`;

/** Problems of values that are fine one by one. */
function problemsBetween(settings: RunFlags): string[] {
  const { sink, out, json, name, failOn } = settings;
  const unknownSinks = sink.filter((each) => each !== 'jsonl' && each !== 'redis');
  return [
    ...processSettingProblems(settings).map(problemLine),
    ...unknownSinks.map((each) => `--sink / TRAWL_SINK: expected jsonl or redis, got "${each}"`),
    ...(sink.length === 0 ? ['--sink / TRAWL_SINK: expected jsonl, redis or both, got none'] : []),
    ...(out !== '' && !sink.includes('jsonl')
      ? ['--out / TRAWL_OUT: there is no sink jsonl that would write it; add it to --sink']
      : []),
    ...(out === '-' && json ? ['--json and --out - both want stdout; give --out a file'] : []),
    ...(name !== '' && !/^[a-z0-9][a-z0-9-]{0,38}$/.test(name)
      ? [`--name / TRAWL_NAME: expected up to 39 of a-z, 0-9 and -, got "${name}"`]
      : []),
    ...failOnProblems(failOn),
  ];
}

export const failOnProblems = (conditions: string[]): string[] =>
  conditions.flatMap((text) => {
    const parsed = parseFailOn(text);
    return 'problem' in parsed ? [`--fail-on / TRAWL_FAIL_ON: ${parsed.problem}`] : [];
  });
