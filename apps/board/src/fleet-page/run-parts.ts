import { isFailure, type OutcomeClass, outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import { showCount, showLength, showRate, showShare } from '@trawl/shared/domain/quantities.ts';
import type { RunPace } from '@trawl/shared/frontier/overview-pace.ts';
import type { RunOverview, RunStanding } from '@trawl/shared/frontier/overview-run.ts';
import { type Html, html } from './html.ts';

/** The pieces of one run that change on their own: what a person is about to click must not be replaced under the pointer. */
export type RunParts = { standing: Html; figures: Html; actions: Html };

/** @param token for the forms of an operator; undefined: a viewer, who gets none */
export const runParts = (run: RunOverview, pace: RunPace | undefined, token: string | undefined): RunParts => ({
  standing: html`<span class="standing ${run.standing}">${run.standing}</span>`,
  figures: html`${bar(run)}${progressText(run)}${figures(run, pace)}${classes(run)}${problem(run)}`,
  actions: token === undefined ? html`` : actions(run, token),
});

/** @param part gives each piece its id */
export const runFrame = (run: RunOverview, parts: RunParts, idOf: (part: keyof RunParts) => string): Html => html`
<article class="run" aria-label="run ${run.run}">
  <header><h3>${run.run}</h3><span id="${idOf('standing')}">${parts.standing}</span></header>
  <p class="origin">${origin(run)}</p>
  <div class="figures" id="${idOf('figures')}">${parts.figures}</div>
  <div class="actions" id="${idOf('actions')}">${parts.actions}</div>
</article>`;

function origin({ source, crawl, slotMs, createdAtMs }: RunOverview): Html {
  const from =
    crawl === undefined ? html`` : html`crawl <b>${crawl}</b>${slotMs === undefined ? '' : ', scheduled'} · `;
  return html`${from}<span class="source" title="${source}">${source}</span> · begun ${showTime(createdAtMs)}`;
}

/** ISO without its noise: `2026-11-21 12:00:05`. All times of the page are UTC, and it says so. */
export const showTime = (ms: number): Html => {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
};

type Kind = 'done' | 'failed' | 'cancelled';

const kindOf = (name: OutcomeClass): Kind => {
  if (name === 'cancelled') return name;
  return isFailure(name) ? 'failed' : 'done';
};

/** Widths are numbers of the drawing, not styles: the page allows no style that is not in its sheet. */
function bar({ pushed, recorded, classes: counts }: RunOverview): Html {
  const sumOf = (kind: Kind) =>
    outcomeClasses.reduce((sum, name) => sum + (kindOf(name) === kind ? (counts[name] ?? 0) : 0), 0);
  const width = (n: number) => (pushed === 0 ? 0 : Number(((n / pushed) * 1000).toFixed(1)));
  const [done, failed, cancelled] = [width(sumOf('done')), width(sumOf('failed')), width(sumOf('cancelled'))];
  const share = showShare(recorded, pushed);
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="progressbar" aria-label="lines with an outcome" aria-valuemin="0" aria-valuemax="${pushed}" aria-valuenow="${recorded}" aria-valuetext="${share}">
<rect class="done" width="${done}" height="10"/><rect class="failed" x="${done}" width="${failed}" height="10"/><rect class="cancelled" x="${done + failed}" width="${cancelled}" height="10"/></svg>`;
}

function progressText({ state, pushed, recorded }: RunOverview): Html {
  const lines = state === 'feeding' ? `${showCount(pushed)} read so far` : showCount(pushed);
  return html`<p class="progress"><b>${showCount(recorded)}</b> of ${lines}${state === 'feeding' ? '' : ` (${showShare(recorded, pushed)})`}</p>`;
}

function figures(run: RunOverview, pace: RunPace | undefined): Html {
  const { state, waiting, released, uncollected } = run;
  const rows: [name: string, value: string | undefined][] = [
    ['rate', state === 'finished' || run.paused ? undefined : rateOf(pace)],
    ['left', pace?.etaMs === undefined ? undefined : showLength(pace.etaMs)],
    ['waiting', waiting > 0 ? showCount(waiting) : undefined],
    ['on their way', released > 0 ? showCount(released) : undefined],
    ['not in a sink', uncollected > 0 ? showCount(uncollected) : undefined],
    ['took', state === 'finished' ? took(run) : undefined],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return html`<dl>${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function rateOf(pace: RunPace | undefined): string {
  if (pace === undefined) return '…';
  return pace.perSecond === 0 ? '0/s' : showRate(pace.perSecond);
}

function took({ createdAtMs, finishedAtMs = createdAtMs }: RunOverview): string {
  return showLength(Math.max(0, finishedAtMs - createdAtMs));
}

function classes({ classes: counts }: RunOverview): Html {
  const found = outcomeClasses.flatMap((name) => {
    const n = counts[name] ?? 0;
    return n === 0 ? [] : [html`<li class="${kindOf(name)}"><b>${showCount(n)}</b> ${name}</li>`];
  });
  return found.length === 0 ? html`` : html`<ul class="classes">${found}</ul>`;
}

function problem({ problem: text }: RunOverview): Html {
  return text === undefined ? html`` : html`<p class="problem">The source could not be read to its end: ${text}</p>`;
}

type Act = 'pause' | 'resume' | 'cancel';

const actsOf: Record<RunStanding, Act[]> = {
  feeding: ['pause', 'cancel'],
  draining: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  cancelling: [],
  cancelled: [],
  writing: [],
  finished: [],
};

function actions({ run, standing }: RunOverview, token: string): Html {
  return html`${actsOf[standing].map((act) => (act === 'cancel' ? confirmed(run, token) : form({ run, act, token }, words[act])))}`;
}

const words: Record<Act, string> = { pause: 'Pause', resume: 'Resume', cancel: 'Cancel this run' };

function form({ run, act, token }: { run: string; act: Act; token: string }, label: string): Html {
  return html`<form method="post" action="/api/runs/${encodeURIComponent(run)}/${act}"><input type="hidden" name="token" value="${token}"><button class="${act}">${label}</button></form>`;
}

/** Two steps, with and without the page's script. */
function confirmed(run: string, token: string): Html {
  return html`<details class="confirm"><summary>Cancel…</summary><div>
<p>Requests in flight are broken off, and all remaining lines end as <b>cancelled</b>. This cannot be undone.</p>${form({ run, act: 'cancel', token }, words.cancel)}</div></details>`;
}
