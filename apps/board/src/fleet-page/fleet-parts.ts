import { showCount, showSize } from '@trawl/shared/domain/quantities.ts';
import { duration } from '@trawl/shared/domain/setting-kinds.ts';
import type { FleetMember } from '@trawl/shared/frontier/fleet.ts';
import type { ScheduleLook } from '@trawl/shared/frontier/look-at-schedules.ts';
import type { FleetOverview } from '@trawl/shared/frontier/overview.ts';
import { type Html, html } from './html.ts';
import { showTime } from './run-parts.ts';

/** The numbers at the top of the page. */
export const totals = ({ frontier, fetchQueue, members }: FleetOverview): Html => {
  const { lines, bytes, hostsDue, hostsLater, hostsParked, released, lagBytes } = frontier;
  const workers = members.filter(({ app }) => app === 'worker');
  const slots = workers.reduce((sum, { concurrency = 0 }) => sum + concurrency, 0);
  const parked = hostsParked > 0 ? `, ${showCount(hostsParked)} paused` : '';
  return html`
${figure('waiting', showCount(lines), `URLs in the frontier, ${showSize(bytes)}`)}
${figure('hosts due', showCount(hostsDue), `${showCount(hostsLater)} later${parked}`)}
${figure('on their way', showCount(released), `${showCount(fetchQueue.waiting)} queued, ${showCount(fetchQueue.active)} active, ${showCount(fetchQueue.delayed)} delayed`)}
${figure('workers', showCount(workers.length), `${showCount(slots)} URLs at once`)}
${figure('not in a sink', showSize(lagBytes), 'of records')}`;
};

const figure = (name: string, value: string, about: string): Html =>
  html`<div class="total"><dt>${name}</dt><dd>${value}</dd><dd class="about">${about}</dd></div>`;

/** What a person should know before anything else. */
export const notices = ({
  overview,
  awayFor,
}: {
  overview: FleetOverview | undefined;
  awayFor: string | undefined;
}): Html => {
  const away =
    awayFor === undefined
      ? html``
      : html`<p class="notice bad" role="alert"><b>Redis does not answer.</b> ${overview === undefined ? 'Nothing can be shown until it is back.' : 'What you see is what was seen last.'} The fleet waits and goes on by itself. <span class="reason">${awayFor}</span></p>`;
  const paused =
    overview?.fetchQueue.paused === true
      ? html`<p class="notice"><b>The queue fetch is paused</b> in <a href="/queues/queue/fetch">Bull Board</a>: no worker takes a job.</p>`
      : html``;
  const idle =
    overview !== undefined && overview.frontier.lines > 0 && !overview.members.some(({ app }) => app === 'worker')
      ? html`<p class="notice">URLs wait, and there is <b>no worker</b>. <code>trawl worker</code> starts one.</p>`
      : html``;
  return html`${away}${paused}${idle}`;
};

export const schedules = (list: ScheduleLook[]): Html => {
  if (list.length === 0)
    return html`<p class="empty">There are no schedules. <code>trawl schedule add</code> makes one.</p>`;
  const rows = list.map(
    (look) => html`<tr><th scope="row" data-label="crawl">${look.schedule.crawl}</th>
<td data-label="when">${timing(look)}</td>
<td data-label="next (UTC)">${nextOf(look)}</td>
<td data-label="last (UTC)">${lastOf(look)}</td>
<td data-label="runs" class="number">${showCount(look.state.fired)}</td>
<td data-label="skipped" class="number">${showCount(look.state.skipped)}</td></tr>`,
  );
  return html`<table><thead><tr><th>crawl</th><th>when</th><th>next (UTC)</th><th>last (UTC)</th><th class="number">runs</th><th class="number">skipped</th></tr></thead><tbody>${rows}</tbody></table>`;
};

function timing({ schedule: { timing: when } }: ScheduleLook): string {
  return when.kind === 'every' ? `every ${duration().show(when.everyMs)}` : `${when.pattern} (${when.tz})`;
}

function nextOf({ schedule, state, nextAtMs }: ScheduleLook): Html {
  const waiting = state.queued > 0 ? ` (${showCount(state.queued)} wait for the run before)` : '';
  if (schedule.paused) return html`<span class="standing paused">paused</span>`;
  if (state.ended !== undefined) return html`ended: its limit is reached`;
  return nextAtMs === undefined ? html`none any more` : html`${showTime(nextAtMs)}${waiting}`;
}

function lastOf({ state: { lastFiring }, lastResult }: ScheduleLook): Html {
  if (lastFiring === undefined) return html`not yet`;
  const result =
    lastResult === undefined
      ? ''
      : ` · last run: ${showCount(lastResult.ok)} ok, ${showCount(lastResult.failed)} failed`;
  return html`${showTime(lastFiring.slotMs)} ${lastFiring.what}${result}`;
}

/** In the order of a URL's way through them. */
const apps = ['producer', 'worker', 'collector', 'board'];

export const processes = (members: FleetMember[]): Html => {
  if (members.length === 0)
    return html`<p class="empty">No process is there. <code>trawl producer</code>, <code>trawl worker</code> and <code>trawl collector</code> make a fleet.</p>`;
  const inOrder = members.toSorted((a, b) => apps.indexOf(a.app) - apps.indexOf(b.app));
  const rows = inOrder.map(
    ({ app, id, concurrency, version, startedAtMs }) => html`<tr><th scope="row" data-label="process">${app}</th>
<td data-label="where">${id}</td>
<td data-label="at once" class="number">${concurrency === undefined ? '' : showCount(concurrency)}</td>
<td data-label="version">${version ?? 'unknown'}</td>
<td data-label="since (UTC)">${startedAtMs === undefined ? 'unknown' : showTime(startedAtMs)}</td></tr>`,
  );
  return html`<table><thead><tr><th>process</th><th>where</th><th class="number">at once</th><th>version</th><th>since (UTC)</th></tr></thead><tbody>${rows}</tbody></table>`;
};
