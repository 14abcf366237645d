import { relative } from 'node:path';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { Screen, Shell } from '../shell.ts';
import { coloursOf } from '../text/colours.ts';
import { parseFailOn, whyFailed } from './fail-on.ts';
import { readReport } from './read-report.ts';
import { type ReportStyle, reportText } from './report-text.ts';
import type { RunReport } from './run-report.ts';

/** The last words of `run` and `resume`: the report as it is wished for, and the exit code that it deserves. */
export const endWithReport = async (
  run: string,
  { redis, wish, shell }: { redis: Redis; wish: { json: boolean; quiet: boolean; failOn: string[] }; shell: Shell },
): Promise<number> => {
  const report = await readReport(redis, firstShard, run);
  if (report === undefined) throw new RunGone(run);
  if (wish.json) shell.stdout.write(`${JSON.stringify({ event: 'report', ...report })}\n`);
  else if (!wish.quiet) {
    const screen = writesToStdout(report) ? shell.stderr : shell.stdout;
    screen.write(`${reportText(report, styleOf(shell, screen))}\n`);
  }
  const reasons = wish.failOn.flatMap((text) => {
    const condition = parseFailOn(text);
    return 'problem' in condition ? [] : (whyFailed(condition, report.classes) ?? []);
  });
  for (const reason of reasons) shell.stderr.write(`${reason}\n`);
  return reasons.length > 0 ? exitCodes.failOn : exitCodes.ok;
};

/** Records and report must not mix. */
const writesToStdout = ({ sinks }: RunReport): boolean =>
  sinks.some((sink) => sink.kind === 'jsonl' && sink.path === '-');

export const styleOf = ({ program, cwd, variables }: Shell, screen: Screen): ReportStyle => ({
  program,
  colours: coloursOf(screen, variables),
  showPath: (path) => {
    const short = relative(cwd, path);
    return short.startsWith('..') ? path : short;
  },
});
