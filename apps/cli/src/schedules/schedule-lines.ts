import { showCount } from '@trawl/shared/domain/quantities.ts';
import type { ScheduleLook } from '@trawl/shared/frontier/look-at-schedules.ts';
import { inColumns } from '../text/columns.ts';
import { showTime } from '../text/times.ts';
import { scheduleWords } from './schedule-words.ts';

/** All schedules as a table. */
export const scheduleLines = (looks: readonly ScheduleLook[], program: string): string[] => {
  if (looks.length === 0) return [`There are no schedules yet. ${program} schedule add CRAWL --every 15m adds one.`];
  const heading = ['crawl', 'schedule', 'next (UTC)', 'last (UTC)', 'last run', 'fired', 'skipped', 'queued'];
  const rows = looks.map((look) => [
    look.schedule.crawl,
    scheduleWords(look.schedule),
    nextWords(look),
    look.state.lastFiring === undefined ? '-' : showTime(look.state.lastFiring.slotMs),
    resultWords(look),
    showCount(look.state.fired),
    showCount(look.state.skipped),
    showCount(look.state.queued),
  ]);
  return inColumns([heading, ...rows], { indent: 0, right: [5, 6, 7] });
};

function nextWords({ nextAtMs, schedule, state }: ScheduleLook): string {
  if (nextAtMs !== undefined) return showTime(nextAtMs);
  if (schedule.paused) return 'paused';
  return state.ended === 'limit' ? 'none: limit reached' : 'none';
}

function resultWords({ lastResult }: ScheduleLook): string {
  if (lastResult === undefined) return '-';
  const { state, lines, ok, failed, isCancelled } = lastResult;
  const how = isCancelled ? 'cancelled' : state;
  if (state === 'feeding') return `${how}, ${showCount(lines)} lines so far`;
  return `${how}, ${showCount(ok)} ok, ${showCount(failed)} failed of ${showCount(lines)}`;
}
