import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { Released, ReleasedUrl, ReleaseLimits } from '@trawl/shared/frontier/frontier.ts';
import {
  backlogOf,
  type HostModel,
  hostOf,
  lagOf,
  limitsOf,
  liveLeases,
  type Model,
  must,
  setClocks,
} from './frontier-model.ts';
import { noteRoom } from './model-of-ledger.ts';
import { fillBucket, rateOf } from './model-of-rate.ts';

/** Runs whose lines may leave, by what is known of halts and sinks. */
export const runsThatGoOn = (model: Model, host: HostModel, lagMark: number): string[] => {
  const runs = [...model.runs.values()];
  if (runs.reduce((sum, run) => sum + lagOf(run), 0) > lagMark * 4) return [];
  const isHeld = (run: string): boolean => {
    const books = model.runs.get(run);
    return model.halted.has(run) || (books !== undefined && lagOf(books) > lagMark);
  };
  return [...host.lines.keys()].filter((run) => !isHeld(run));
};

/** A run whose wishes counted is held up or has no lines here any more: release notices with the next turn that ends. */
export const noteLooserHosts = (model: Model, lagMark: number): void => {
  for (const host of model.hosts.values()) {
    const runs = runsThatGoOn(model, host, lagMark);
    if (host.runsBefore.some((run) => !runs.includes(run))) host.isLooser = true;
    host.runsBefore = runs;
  }
};

const isReserved = ({ clocks }: HostModel, atMs: number): boolean => (clocks.hopUntil ?? 0) > atMs;

const freeAt = (model: Model, host: HostModel, most: number, atMs: number): number =>
  most - liveLeases(model, host).filter(([, expiry]) => expiry > atMs).length - (isReserved(host, atMs) ? 1 : 0);

/** When a line of this host could leave if nothing else happened. */
export const servedAtMs = (model: Model, host: HostModel, lagMark: number): number => {
  const runs = runsThatGoOn(model, host, lagMark);
  if (runs.length === 0) return Infinity;
  const { most } = limitsOf(model, host, runs);
  const dueMs = Math.max(model.nowMs, host.clocks.next ?? 0, host.clocks.blocked ?? 0);
  const changes = [dueMs, host.clocks.hopUntil ?? 0, ...liveLeases(model, host).map(([, expiry]) => expiry)];
  const moments = changes.filter((atMs) => atMs >= dueMs).toSorted((a, b) => a - b);
  return moments.find((atMs) => freeAt(model, host, most, atMs) > 0) ?? Infinity;
};

/** Judges what release handed out, and follows it. Which of the lawful URLs it takes is its own affair. */
export const followRelease = (
  model: Model,
  limits: ReleaseLimits & { jobsWaiting: number },
  { urls, linesLeft, nowMs, waitMs }: Released,
): void => {
  must(nowMs === model.nowMs, `release tells the time ${nowMs}`);
  const rate = rateOf(model);
  const room = Math.min(limits.most, limits.window - limits.jobsWaiting);
  const tokens = rate > 0 ? fillBucket(model, rate) : Infinity;
  must(urls.length <= Math.max(0, Math.min(room, Math.floor(tokens + 1e-6))), `release handed out ${urls.length} URLs`);

  for (const [name, ofHost] of Map.groupBy(urls, ({ host }) => host)) serve(model, name, ofHost, limits, rate);
  if (urls.length > 0) noteRoom(model);
  if (urls.length > 0 && model.bucket.tokens !== undefined && rate > 0) model.bucket.tokens -= urls.length;
  must(linesLeft === backlogOf(model).lines, `release counts ${linesLeft} lines`);
  if (urls.length === 0 && room > 0 && tokens >= 1) mayWait(model, waitMs, limits.sinkLagBytes);
};

function serve(model: Model, name: string, urls: ReleasedUrl[], limits: ReleaseLimits, rate: number): void {
  const host = hostOf(model, name);
  const runs = runsThatGoOn(model, host, limits.sinkLagBytes);
  const halted = urls.find(({ run }) => !runs.includes(run));
  must(!halted, `a URL of ${halted?.run} left, which is held up`);
  const dueMs = Math.max(host.clocks.next ?? 0, host.clocks.blocked ?? 0);
  must(dueMs <= model.nowMs, `${name} was served ${dueMs - model.nowMs} ms early`);
  const { most, gapMs } = limitsOf(model, host, runs);
  const free = freeAt(model, host, most, model.nowMs);
  must(urls.length <= (gapMs > 0 ? Math.min(1, free) : free), `${urls.length} URLs for ${free} free slots of ${name}`);
  isFair(host, urls, runs);
  for (const url of urls) {
    must(url.turnHeld === (gapMs === 0 && rate === 0), `the turn of ${url.record} is ${url.turnHeld}`);
    const list = host.lines.get(url.run) ?? [];
    must(list[0] === url.record, `${url.record} left, ${list[0]} was next`);
    if (list.length === 1) host.lines.delete(url.run);
    else host.lines.set(url.run, list.slice(1));
    const id = jobIdOf(url.run, decodeLine(url.record));
    host.leases.set(id, model.nowMs + limits.leaseMs);
    model.released.set(id, { host: name, run: url.run, record: url.record });
  }
  if (gapMs > 0) setClocks(model, host, { next: model.nowMs + gapMs });
}

/** Runs that share a host are served in turn, as far as they have lines. */
function isFair(host: HostModel, urls: ReleasedUrl[], runs: string[]): void {
  const shares = runs.map((run) => ({
    taken: urls.filter((url) => url.run === run).length,
    had: host.lines.get(run)?.length ?? 0,
  }));
  const most = Math.max(...shares.map(({ taken }) => taken));
  must(
    shares.every(({ taken, had }) => taken >= most - 1 || taken === had),
    `runs were served ${shares.map(({ taken, had }) => `${taken} of ${had}`).join(', ')}`,
  );
}

/** Release takes nothing and says when it is worth calling again: not later than something can leave. */
function mayWait(model: Model, waitMs: number | undefined, lagMark: number): void {
  const untilMs = waitMs === undefined ? Infinity : model.nowMs + waitMs;
  for (const [name, host] of model.hosts) {
    if (host.isLooser) continue;
    const atMs = servedAtMs(model, host, lagMark);
    must(
      untilMs <= atMs,
      `release sleeps ${waitMs ?? 'until woken'}, ${name} can be served in ${atMs - model.nowMs} ms`,
    );
  }
}
