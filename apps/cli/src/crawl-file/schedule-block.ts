import type { ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import { scheduleSettings } from '@trawl/shared/domain/schedule-settings.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';
import { didYouMean } from '../command-line/nearest-word.ts';
import { termsOf } from '../schedules/schedule-terms.ts';
import type { YamlEntry, YamlProblem } from './yaml-entries.ts';

const flags = Object.values(scheduleSettings).map(({ flag }): string => flag);

/** What stands below `schedule:` in a crawl file: the flags of `trawl schedule add`. All problems at once. */
export const readScheduleBlock = (
  { line, value }: YamlEntry,
  nowMs: number,
): { terms: ScheduleTerms; problems: YamlProblem[] } => {
  const entries = value.kind === 'map' ? value.entries : [];
  const lines = new Map(entries.map((entry) => [entry.key, entry.line]));
  const file = Object.fromEntries(
    entries.map(({ key, value: given }) => [key, given.kind === 'text' ? given.text : null]),
  );
  const { values, problems } = readSettings(scheduleSettings, { file });
  const { terms, problems: between } = termsOf(values, nowMs);
  const all = [...problems, ...(problems.length > 0 ? [] : between)].map(({ flag, message }) => ({
    line: lines.get(flag) ?? line,
    message: `schedule.${flag}: ${file[flag] === null ? 'expected a value, found none' : message}`,
  }));
  const unknown = entries
    .filter(({ key }) => !flags.includes(key))
    .map((entry) => ({
      line: entry.line,
      message: `schedule.${entry.key}: unknown key${didYouMean(entry.key, flags)}`,
    }));
  const none = value.kind === 'map' ? [] : [{ line, message: 'schedule: expected keys below it, like every: 15m' }];
  return { terms, problems: none.length > 0 ? none : [...unknown, ...all] };
};
