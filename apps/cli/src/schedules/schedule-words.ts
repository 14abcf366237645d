import type { Schedule, Timing } from '@trawl/shared/domain/schedule.ts';
import { scheduleSettings } from '@trawl/shared/domain/schedule-settings.ts';

/** `every 15m`, `0 6 * * 1-5 Europe/Berlin`; with what is unusual about it. */
export const scheduleWords = ({ timing, limit, jitterMs, overlap, paused }: Schedule): string =>
  [
    timingWords(timing),
    ...(jitterMs === 0 ? [] : [`jitter ${scheduleSettings.jitterMs.kind.show(jitterMs)}`]),
    ...(limit === undefined ? [] : [`limit ${limit}`]),
    ...(overlap === 'skip' ? [] : [`overlap ${overlap}`]),
    ...(paused ? ['paused'] : []),
  ].join(', ');

const timingWords = (timing: Timing): string =>
  timing.kind === 'every'
    ? `every ${scheduleSettings.everyMs.kind.show(timing.everyMs)}`
    : `${timing.pattern} ${timing.tz}`;
