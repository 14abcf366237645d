import { CronExpressionParser } from 'cron-parser';
import { type Schedule, spanOf, type Timing } from '../domain/schedule.ts';

/** The schedule's first slot after a moment; undefined: there is none any more. */
export const nextSlot = (schedule: Schedule, afterMs: number): number | undefined => {
  const { fromMs, untilMs = Number.POSITIVE_INFINITY } = spanOf(schedule);
  const slotMs = slotAfter(schedule.timing, Math.max(afterMs, fromMs - 1));
  return slotMs !== undefined && slotMs <= untilMs ? slotMs : undefined;
};

/** The schedule's last slot up to a moment; undefined: there has been none. */
export const newestSlot = (schedule: Schedule, upToMs: number): number | undefined => {
  const { fromMs, untilMs = Number.POSITIVE_INFINITY } = spanOf(schedule);
  const slotMs = slotUpTo(schedule.timing, Math.min(upToMs, untilMs));
  return slotMs !== undefined && slotMs >= fromMs ? slotMs : undefined;
};

/** What is wrong with a cron pattern or its time zone, as the end of a sentence; undefined: nothing. */
export const patternProblem = (pattern: string, tz: string, nowMs: number): string | undefined => {
  if (!isTimeZone(tz)) return `there is no time zone ${JSON.stringify(tz)}; expected a name like Europe/Berlin, or UTC`;
  const fields = pattern.trim().split(/\s+/);
  if (!pattern.startsWith('@') && (fields.length < 5 || fields.length > 6))
    return `expected 5 fields, or 6 with seconds, got ${fields.length} in ${JSON.stringify(pattern)}`;
  // Every process would put its own number there.
  if (fields.some((field) => /^H\b/.test(field))) return 'H is not supported: use --jitter';
  try {
    slotsFrom({ pattern, tz }, nowMs).next();
    return undefined;
  } catch (error) {
    return `expected a cron pattern, got ${JSON.stringify(pattern)}: ${(error as Error).message}`;
  }
};

function slotAfter(timing: Timing, afterMs: number): number | undefined {
  if (timing.kind === 'pattern') return reached(() => slotsFrom(timing, afterMs).next().getTime());
  const { anchorMs, everyMs } = timing;
  return anchorMs + Math.max(0, Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs;
}

function slotUpTo(timing: Timing, upToMs: number): number | undefined {
  if (timing.kind === 'pattern')
    return reached(() =>
      slotsFrom(timing, upToMs + 1)
        .prev()
        .getTime(),
    );
  const { anchorMs, everyMs } = timing;
  return upToMs < anchorMs ? undefined : anchorMs + Math.floor((upToMs - anchorMs) / everyMs) * everyMs;
}

const slotsFrom = ({ pattern, tz }: { pattern: string; tz: string }, currentMs: number) =>
  CronExpressionParser.parse(pattern, { tz, currentDate: currentMs });

/** The parser throws when no date fits within its search. */
function reached(find: () => number): number | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

function isTimeZone(tz: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
