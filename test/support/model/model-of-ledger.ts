import { decodeLine } from '@trawl/shared/domain/frontier-line.ts';
import type { PushBatch, PushResult } from '@trawl/shared/frontier/frontier.ts';
import { backlogOf, hostOf, lagOf, linesOf, type Model, type Outcome, type RunModel, runOf } from './frontier-model.ts';

/** The first outcome of a line stands. */
export const recordOutcome = (model: Model, run: string, seq: number, outcome: Outcome): void => {
  const books = runOf(model, run);
  if (books.outcomes.has(seq)) return;
  books.outcomes.set(seq, outcome);
  books.inStream.add(seq);
};

export const finishIfComplete = (model: Model, run: RunModel): void => {
  if (run.total === undefined || run.outcomes.size < run.total) return;
  run.isFinished = true;
  if (model.halted.get(run.name) === 'paused') model.halted.delete(run.name);
};

/** How a line ends that nobody asks a host for. */
export const endLine = (model: Model, run: string, record: string, how: LineEnding): void => {
  const { seq, line, url, attempts } = decodeLine(record);
  const tries = attempts === 0 ? {} : { attempts };
  const json = { run, seq, line, url, class: how.class, reason: how.reason, ...tries, at: how.atIso };
  const summary = `${seq} ${how.class} ${how.reason} 0 ${attempts} 0 0 -`;
  recordOutcome(model, run, seq, { class: how.class, summary, record: JSON.stringify(json) });
};

export type LineEnding = { class: string; reason: string; atIso: string };

export const cancelledAt = (atIso: string): LineEnding => ({ class: 'cancelled', reason: 'run-cancelled', atIso });

const linesBesideOthers = 1000;

/** What push must answer; a batch changes the model whole or not at all. */
export const push = (model: Model, batch: PushBatch): PushResult => {
  const run = runOf(model, batch.run);
  if (run.checkpoint !== batch.expected) return { kind: 'moved', checkpoint: run.checkpoint };
  if (batch.items.length > 0 && isFull(model, run, batch)) return { kind: 'full' };

  let duplicates = 0;
  for (const item of batch.items) {
    if (item.kind === 'invalid') {
      const seq = Number(item.summary.split(' ', 1)[0]);
      recordOutcome(model, batch.run, seq, { class: 'invalid', summary: item.summary, record: item.json });
    } else if (run.isCancelled) {
      endLine(model, batch.run, item.record, cancelledAt(batch.atIso));
    } else if (item.fingerprint && run.seen.has(item.fingerprint.member)) {
      endLine(model, batch.run, item.record, { class: 'duplicate', reason: 'repeated-url', atIso: batch.atIso });
      duplicates++;
    } else {
      if (item.fingerprint) run.seen.add(item.fingerprint.member);
      const { lines } = hostOf(model, item.host);
      lines.set(batch.run, [...(lines.get(batch.run) ?? []), item.record]);
    }
  }
  run.checkpoint = batch.after;
  run.pushed = batch.pushedAfter;
  if (batch.last) run.total = batch.pushedAfter;
  finishIfComplete(model, run);
  return { kind: 'pushed', duplicates };
};

function isFull(model: Model, run: RunModel, { markBytes, sinkLagBytes }: PushBatch): boolean {
  if (run.isCancelled) return lagOf(run) > sinkLagBytes;
  const backlog = backlogOf(model);
  const own = linesOf(model, run.name);
  const hasItsShare = own >= linesBesideOthers || own === backlog.lines;
  if (backlog.bytes <= markBytes || !hasItsShare) return false;
  model.roomWanted = Math.floor(markBytes * 0.8);
  return true;
}

/** Lines left the frontier: a producer that waits for room hears of it. */
export const noteRoom = (model: Model): void => {
  if (model.roomWanted !== undefined && backlogOf(model).bytes <= model.roomWanted) model.roomWanted = undefined;
};
