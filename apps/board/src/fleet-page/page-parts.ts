import { showCount } from '@trawl/shared/domain/quantities.ts';
import type { FleetNews } from '@trawl/shared/frontier/overview-watch.ts';
import { notices, processes, schedules, totals } from './fleet-parts.ts';
import { type Html, html } from './html.ts';
import { type RunParts, runFrame, runParts } from './run-parts.ts';

/**
 * The page as pieces: id of an element -> its content. The server makes all HTML, so that the page is whole without a script; the
 * script puts pieces that have changed in their places.
 */
export type PageParts = {
  /** Elements that are always there. */
  sections: Map<string, string>;
  /** The list of runs, as a whole: replaced when runs come or go. */
  runs: string;
  runNames: string;
  /** Elements within the list. */
  runPieces: Map<string, string>;
};

/** The id of the element that holds the list of runs. */
export const runsId = 'runs';

/** @param token for the forms of operators; undefined: for viewers */
export const pageParts = (news: FleetNews, token: string | undefined): PageParts => {
  const seen = news.kind === 'seen' ? news : news.last;
  const sections = new Map<string, Html>([
    ['notices', notices({ overview: seen?.overview, awayFor: news.kind === 'away' ? news.reason : undefined })],
  ]);
  if (seen === undefined) return { sections: texts(sections), runs: '', runNames: '', runPieces: new Map() };

  const { overview, pace } = seen;
  sections.set('totals', totals(overview));
  sections.set('run-count', html`${countOf(overview.runs.length, overview.runCount)}`);
  sections.set('schedules', schedules(overview.schedules));
  sections.set('processes', processes(overview.members));
  const runs = overview.runs.map((run) => ({ run, parts: runParts(run, pace.get(run.run), token) }));
  const frames = runs.map(({ run, parts }) => runFrame(run, parts, (part) => pieceId(run.run, part)));
  const pieces = runs.flatMap(({ run, parts }) =>
    (Object.keys(parts) as (keyof RunParts)[]).map((part): [string, Html] => [pieceId(run.run, part), parts[part]]),
  );
  return {
    sections: texts(sections),
    runs: (frames.length === 0 ? noRuns : html`${frames}`).markup,
    runNames: overview.runs.map(({ run }) => run).join('\n'),
    runPieces: texts(new Map(pieces)),
  };
};

/** What must be put in place to come from one state of the page to the next. */
export const changedParts = (before: PageParts | undefined, now: PageParts): Record<string, string> => {
  const changed = [...now.sections].filter(([id, text]) => before?.sections.get(id) !== text);
  if (before?.runNames !== now.runNames) return Object.fromEntries([...changed, [runsId, now.runs]]);
  const pieces = [...now.runPieces].filter(([id, text]) => before.runPieces.get(id) !== text);
  return Object.fromEntries([...changed, ...pieces]);
};

const noRuns = html`<p class="empty">There are no runs yet. <code>trawl run SOURCE</code> starts one.</p>`;

const pieceId = (run: string, part: keyof RunParts): string => `${part}:${run}`;

const texts = (parts: Map<string, Html>): Map<string, string> =>
  new Map([...parts].map(([id, { markup }]) => [id, markup]));

const countOf = (shown: number, all: number): string =>
  shown < all ? `the newest ${showCount(shown)} of ${showCount(all)}` : showCount(all);
