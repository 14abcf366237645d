import { showClock, showCount, showRate } from '@trawl/shared/domain/quantities.ts';
import { bar } from '../report/bar-chart.ts';
import type { Colours } from '../text/colours.ts';
import type { Progress } from './progress-meter.ts';

const barWidth = 20;
const mostClasses = 3;

/** The one line of a terminal: as many of the words as fit into `columns`, the most wanted first. */
export const progressLine = (progress: Progress, options: { columns: number; colours: Colours }): string => {
  const { done, total, pushed } = progress;
  const { colours } = options;
  const share = total === undefined ? 0 : total === 0 ? 1 : done / total;
  const parts: { text: string; paint: (text: string) => string }[] = [
    { text: total === undefined ? '' : `${bar(share, barWidth).replaceAll(' ', '░')} `, paint: colours.green },
    {
      text:
        total === undefined
          ? `${showCount(done)} of ${showCount(pushed)} read so far`
          : `${showCount(done)}/${showCount(total)} ${Math.floor(share * 100)}%`,
      paint: colours.bold,
    },
    ...words(progress).map(({ text, isBad }) => ({ text: `  ${text}`, paint: isBad ? colours.red : String })),
  ];
  let left = options.columns - 1; // a full last column would wrap on some terminals
  return parts
    .map(({ text, paint }) => {
      if (text.length > left || text === '') return '';
      left -= text.length;
      return paint(text);
    })
    .join('');
};

/** The same for a log: a plain line. */
export const progressSentence = (progress: Progress): string => {
  const { done, total, pushed } = progress;
  const percent = total === undefined || total === 0 ? '' : ` (${Math.floor((done / total) * 100)} %)`;
  const known = total === undefined ? `${showCount(pushed)} read so far` : `${showCount(total)}${percent}`;
  return [`${showCount(done)} of ${known}`, ...words(progress).map(({ text }) => text)].join(', ');
};

type Word = { text: string; isBad?: boolean };

function words(progress: Progress): Word[] {
  const { halt, ratePerSecond, inFlight, retries, etaMs, done, pushed, total, uncollected } = progress;
  if (done === total) return uncollected > 0 ? [{ text: `writing ${showCount(uncollected)} records` }] : [];
  if (pushed === 0) return [{ text: 'starting' }];
  return [
    ...(halt === undefined ? [] : [{ text: halt, isBad: true }]),
    { text: showRate(ratePerSecond) },
    ...(etaMs === undefined ? [] : [{ text: `${showClock(etaMs)} left` }]),
    ...(inFlight === 0 ? [] : [{ text: `${showCount(inFlight)} in flight` }]),
    ...failureWords(progress),
    ...(retries === 0 ? [] : [{ text: `${showCount(retries)} retries` }]),
  ];
}

function failureWords({ failed, failures }: Progress): Word[] {
  if (failed === 0) return [];
  const named = failures.slice(0, mostClasses).map(([name, n]) => `${name} ${showCount(n)}`);
  const rest = failures.length > mostClasses ? ', ...' : '';
  return [{ text: `${showCount(failed)} failed (${named.join(', ')}${rest})`, isBad: true }];
}
