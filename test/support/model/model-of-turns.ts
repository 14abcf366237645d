import type { Commit, Turn, TurnLimits, TurnRequest, YieldEnding, Yielded } from '@trawl/shared/frontier/frontier.ts';
import {
  type HostModel,
  hostOf,
  limitsOf,
  liveLeases,
  type Model,
  must,
  noteStart,
  ownsLease,
  runOf,
  setClocks,
} from './frontier-model.ts';
import { finishIfComplete, recordOutcome } from './model-of-ledger.ts';
import { bookStart, rateOf } from './model-of-rate.ts';

const hopReserveMs = 3000;

/** What acquire must answer, and what it books. */
export const acquire = (model: Model, turn: TurnRequest, limits: TurnLimits, lockOfJob: string | undefined): Turn => {
  const { run, seq, id, execution = 1, lockToken } = turn;
  const host = hostOf(model, turn.host);
  if (lockToken !== undefined && lockToken !== lockOfJob) return { kind: 'superseded' };
  if (!ownsLease(model, id, execution)) return { kind: 'superseded' };
  const isRecorded = runOf(model, run).outcomes.has(seq);
  if (isRecorded || !model.released.has(id)) {
    host.leases.delete(id);
    model.executions.delete(id);
    return { kind: isRecorded ? 'recorded' : 'superseded' };
  }
  const halt = model.halted.get(run);
  if (halt !== undefined) return { kind: halt === 'paused' ? 'paused' : 'cancelled' };

  const { most, gapMs } = limitsOf(model, host, [run, ...host.lines.keys()]);
  noteUse(model, host, gapMs, limits.usedAgoMs);
  const holds = (host.leases.get(id) ?? 0) > model.nowMs;
  if (!holds && liveLeases(model, host).length >= most) {
    if (limits.hop) setClocks(model, host, { hopUntil: model.nowMs + hopReserveMs });
    return { kind: 'busy', waitMs: Math.max(0, (host.clocks.blocked ?? 0) - model.nowMs) };
  }
  const wishedMs = firstStart(model, host, { id, gapMs, holds, ...limits });
  if (wishedMs - model.nowMs > limits.longestWaitMs) return { kind: 'busy', waitMs: wishedMs - model.nowMs };
  return grant(model, host, { turn, limits, wishedMs, gapMs, holds });
};

/** The turn that it holds was used for another request: the gap counts from that one. */
function noteUse(model: Model, host: HostModel, gapMs: number, usedAgoMs: number | undefined): void {
  const { last = 0, next = 0 } = host.clocks;
  if (gapMs === 0 || usedAgoMs === undefined) return;
  const usedMs = model.nowMs - usedAgoMs;
  if (usedMs <= last) return;
  setClocks(model, host, { last: usedMs, lastBy: '', next: Math.max(next, usedMs + gapMs) });
}

/** Nobody starts before the host's penalty ends, or closer to another start than the gap. */
function firstStart(
  model: Model,
  { clocks }: HostModel,
  { id, gapMs, holds, again, leadMs = 0 }: TurnLimits & { id: string; gapMs: number; holds: boolean },
): number {
  const last = clocks.last ?? 0;
  const isOwn = again === true && clocks.lastBy === id;
  const pace = holds ? 0 : (clocks.next ?? 0);
  return Math.max(model.nowMs + leadMs, clocks.blocked ?? 0, isOwn ? last : last + gapMs, pace);
}

type Grant = { turn: TurnRequest; limits: TurnLimits; wishedMs: number; gapMs: number; holds: boolean };

function grant(model: Model, host: HostModel, { turn, limits, wishedMs, gapMs, holds }: Grant): Turn {
  const { id, execution = 1 } = turn;
  const rate = rateOf(model);
  const startMs = rate > 0 ? bookStart(model, rate, wishedMs) : wishedMs;
  if (rate > 0 && !holds) model.bucket.tokens = (model.bucket.tokens ?? 0) - 1;
  if (gapMs > 0) {
    const last = startMs + (limits.spareMs ?? 0);
    setClocks(model, host, { last, lastBy: id, next: Math.max(host.clocks.next ?? 0, last + gapMs) });
  }
  if (limits.hop) delete host.clocks.hopUntil;
  host.leases.set(id, startMs + limits.leaseMs);
  if (execution > 1) model.executions.set(id, execution);
  return { kind: 'go', waitMs: startMs - model.nowMs, ...((gapMs > 0 || rate > 0) && { isPaced: true }) };
}

export const giveBack = (model: Model, turn: TurnRequest, ending: YieldEnding): Yielded => {
  const { run, id, execution = 1 } = turn;
  const host = hostOf(model, turn.host);
  const owns = ownsLease(model, id, execution);
  if (owns) host.leases.delete(id);
  if (owns && ending.putBack !== undefined) model.executions.delete(id);
  noteStart(model, host, ending.startedAtMs);
  const yielded = ending.pauseMs === undefined ? { blockedMs: 0, refusedForMs: 0 } : penalize(model, host, ending);
  if (owns && ending.putBack !== undefined && model.released.delete(id))
    host.lines.set(run, [ending.putBack, ...(host.lines.get(run) ?? [])]);
  host.isLooser = false;
  return yielded;
};

const [firstPauseMs, longestPauseMs, quietMs] = [1000, 300_000, 60_000];

const pauseOf = (level: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** level);

/** A host's penalty: as it asked for, or 1 s doubling to 5 min, forgiven after a quiet time; once a pause. */
function penalize(model: Model, host: HostModel, { pauseMs = 0, random = 0 }: YieldEnding): Yielded {
  const { nowMs } = model;
  const { blocked = 0, level = -1, penalizedAt = 0, refusedSince = nowMs } = host.clocks;
  const after = { blocked, level };
  if (pauseMs > 0) after.blocked = Math.max(blocked, nowMs + pauseMs);
  else if (blocked <= nowMs) {
    const wasQuiet = nowMs - penalizedAt > quietMs + (level < 0 ? 0 : pauseOf(level));
    after.level = wasQuiet ? 0 : Math.min(level + 1, 20);
    after.blocked = nowMs + Math.floor(pauseOf(after.level) * (1 + random / 4));
  }
  setClocks(model, host, { ...after, penalizedAt: nowMs, refusedSince });
  return { blockedMs: after.blocked - nowMs, refusedForMs: nowMs - refusedSince };
}

const answers = ['ok', 'not-modified', 'http-error'];

/** What commit must answer. */
export const commit = (model: Model, commits: Commit[]): boolean[] => {
  const recorded = commits.map((one) => {
    const { id, run, seq, execution = 1, class: name, summary, json } = one;
    const host = hostOf(model, one.host);
    if (ownsLease(model, id, execution)) {
      host.leases.delete(id);
      model.executions.delete(id);
    }
    host.isLooser = false;
    noteStart(model, host, one.startedAtMs);
    const isCurrent = model.released.delete(id);
    if (isCurrent) {
      must(!runOf(model, run).outcomes.has(seq), `line ${seq} of ${run} was released after its outcome`);
      recordOutcome(model, run, seq, { class: name, summary, record: json });
    } else runOf(model, run).repeated++;
    return isCurrent;
  });
  for (const one of commits) if (answers.includes(one.class)) delete hostOf(model, one.host).clocks.refusedSince;
  for (const run of new Set(commits.map((one) => one.run))) finishIfComplete(model, runOf(model, run));
  return recorded;
};
