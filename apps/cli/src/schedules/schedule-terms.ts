import type { ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import type { ScheduleFlags } from '@trawl/shared/domain/schedule-settings.ts';
import { patternProblem } from '@trawl/shared/frontier/slots.ts';

export type TermsProblem = { flag: string; message: string };

/** When a crawl recurs, from settings that are fine one by one; all that is wrong between them at once. */
export const termsOf = (settings: ScheduleFlags, nowMs: number): { terms: ScheduleTerms; problems: TermsProblem[] } => {
  const { everyMs, pattern, tz, limit, startMs, endMs, jitterMs, overlap } = settings;
  const terms: ScheduleTerms = {
    timing: pattern === '' ? { kind: 'every', everyMs } : { kind: 'pattern', pattern, tz },
    ...(limit === 0 ? {} : { limit }),
    ...(startMs === 0 ? {} : { startMs }),
    ...(endMs === 0 ? {} : { endMs }),
    jitterMs,
    overlap,
  };
  return { terms, problems: problemsOf(settings, nowMs) };
};

function problemsOf({ everyMs, pattern, tz, startMs, endMs, jitterMs }: ScheduleFlags, nowMs: number): TermsProblem[] {
  const problems: TermsProblem[] = [];
  const add = (flag: string, message: string): void => void problems.push({ flag, message });
  if (everyMs === 0 && pattern === '') add('every', 'expected every, like 15m, or a pattern, found neither');
  if (everyMs !== 0 && pattern !== '') add('pattern', 'expected every or a pattern, found both');
  if (everyMs !== 0 && jitterMs > everyMs) add('jitter', 'is longer than the time between two firings');
  const wrong = pattern === '' ? undefined : patternProblem(pattern, tz, nowMs);
  if (wrong !== undefined) add(wrong.startsWith('there is no time zone') ? 'tz' : 'pattern', wrong);
  if (endMs !== 0 && endMs <= Math.max(startMs, nowMs)) add('end', 'lies before the first firing');
  return problems;
}
