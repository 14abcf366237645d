import { overlaps } from './schedule.ts';
import type { SettingsOf } from './setting.ts';
import { choice, count, duration, instant, text } from './setting-kinds.ts';

const interval = duration({ minMs: 1000 });

/** When a crawl recurs: flags of `trawl schedule add`, and the keys below `schedule:` in a crawl file. */
export const scheduleSettings = {
  everyMs: {
    flag: 'every',
    kind: { ...interval, show: (ms: number) => (ms === 0 ? '(none)' : interval.show(ms)) },
    default: 0,
    help: 'time between two firings, counted from --start, or else from when the schedule is added',
  },
  pattern: {
    flag: 'pattern',
    kind: text,
    default: '',
    help: 'cron pattern of 5 fields, or 6 with seconds: "0 6 * * 1-5"; instead of --every',
  },
  tz: { flag: 'tz', kind: text, default: 'UTC', help: 'time zone of the pattern: Europe/Berlin' },
  limit: { flag: 'limit', kind: count({ min: 0 }), default: 0, help: 'most runs that it starts; 0 = no limit' },
  startMs: { flag: 'start', kind: instant, default: 0, help: 'no firing before: 2026-02-01, 2026-02-01T06:00:00Z' },
  endMs: { flag: 'end', kind: instant, default: 0, help: 'no firing after' },
  jitterMs: {
    flag: 'jitter',
    kind: duration({ maxMs: 86_400_000 }),
    default: 0,
    help: 'each firing is put off by up to this, so that not all schedules begin at the full hour',
  },
  overlap: {
    flag: 'overlap',
    kind: choice(...overlaps),
    default: 'skip',
    help: 'while the run before is not finished: start none, one after the other, or cancel the one before',
  },
} as const;

export type ScheduleFlags = SettingsOf<typeof scheduleSettings>;
