import type { RunSpec } from '@trawl/shared/domain/run.ts';
import type { Frontier, PushItem } from '@trawl/shared/frontier/frontier.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { toPushItem } from './ingest/to-push-item.ts';
import { openSource } from './source/open-source.ts';
import type { SourceLine, SourceOptions, SourcePosition } from './source/source.ts';

export type FeedOptions = {
  frontier: Pick<Frontier, 'push'>;
  readCheckpoint: (run: string) => Promise<string>;
  source: SourceOptions;
  /** Resolves when the backlog may have fallen below its mark, or after a while. */
  waitForRoom: () => Promise<void>;
  /** True: Redis should take nothing more for now. */
  isMemoryShort: () => Promise<boolean>;
  /** Back-pressure mark: frontier bytes in Redis above which this producer waits. */
  backlogBytes: number;
  /** The same for the records of a cancelled run, on their way to the sinks. */
  sinkLagBytes: number;
  now: () => number;
};

type Checkpoint = { text: string; position: SourcePosition | undefined; isLast: boolean };

/**
 * Pushes a run's source from its checkpoint to its end. Checkpoint and lines move together, so a producer that dies is
 * continued exactly where it was; when another one pushes the same run, whoever comes second goes on from there. Throws RunGone.
 */
export const feedRun = async (spec: RunSpec, options: FeedOptions, stop: AbortSignal): Promise<void> => {
  for (;;) {
    const checkpoint = parseCheckpoint(await options.readCheckpoint(spec.run));
    if (checkpoint.isLast || stop.aborted) return;
    if ((await feedUnlessStopped(checkpoint, spec, options, stop)) === 'fed') return;
  }
};

/** Ends the feeding of a run whose source cannot be read any further: what was pushed so far is all of it. */
export const endFeeding = async (
  run: string,
  options: Pick<FeedOptions, 'frontier' | 'readCheckpoint' | 'backlogBytes' | 'sinkLagBytes' | 'now'>,
  stop: AbortSignal,
): Promise<void> => {
  for (;;) {
    const { text: expected, position, isLast } = parseCheckpoint(await options.readCheckpoint(run));
    if (isLast) return;
    const after = encodeCheckpoint(position, true);
    const batch = { run, expected, after, last: true, items: [], pushedAfter: position?.ordinal ?? 0 };
    const noWait = { ...options, waitForRoom: () => Promise.resolve(), isMemoryShort: () => Promise.resolve(false) };
    if ((await pushWhenRoom(batch, noWait, stop)) === 'pushed') return;
  }
};

/** A source that waits for stdin throws when it is stopped, so that it never looks as if it had ended. */
const feedUnlessStopped = async (
  ...[start, spec, options, stop]: Parameters<typeof feedFrom>
): ReturnType<typeof feedFrom> => {
  try {
    return await feedFrom(start, spec, options, stop);
  } catch (error) {
    if (stop.aborted && error === stop.reason) return 'stopped';
    throw error;
  }
};

const feedFrom = async (
  start: Checkpoint,
  spec: RunSpec,
  options: FeedOptions,
  stop: AbortSignal,
): Promise<'fed' | 'moved' | 'stopped'> => {
  let { text: expected, position } = start;
  const pushItems = async (
    items: PushItem[],
    after: string,
    last: boolean,
  ): Promise<'pushed' | 'moved' | 'stopped'> => {
    const batch = { run: spec.run, expected, after, last, items, pushedAfter: position?.ordinal ?? 0 };
    return pushWhenRoom(batch, options, stop);
  };

  for await (const lines of openSource(spec.source, position, options.source)) {
    position = lines.at(-1)?.position ?? position;
    const after = encodeCheckpoint(position, false);
    const result = await pushItems(toPushItems(lines, spec, options), after, false);
    if (result !== 'pushed') return result;
    expected = after;
    if (stop.aborted) return 'stopped';
  }
  const result = await pushItems([], encodeCheckpoint(position, true), true);
  return result === 'pushed' ? 'fed' : result;
};

type Batch = Pick<Parameters<Frontier['push']>[0], 'run' | 'expected' | 'after' | 'last' | 'items' | 'pushedAfter'>;

const pushWhenRoom = async (
  batch: Batch,
  options: Omit<FeedOptions, 'source' | 'readCheckpoint'>,
  stop: AbortSignal,
): Promise<'pushed' | 'moved' | 'stopped'> => {
  for (;;) {
    while (await options.isMemoryShort()) {
      await options.waitForRoom();
      if (stop.aborted) return 'stopped';
    }
    const atIso = new Date(options.now()).toISOString();
    const marks = { markBytes: options.backlogBytes, sinkLagBytes: options.sinkLagBytes };
    const result = await options.frontier.push({ ...batch, ...marks, atIso });
    if (result.kind === 'gone') throw new RunGone(batch.run);
    if (result.kind !== 'full') return result.kind;
    await options.waitForRoom();
    if (stop.aborted) return 'stopped';
  }
};

const toPushItems = (lines: SourceLine[], spec: RunSpec, options: FeedOptions): PushItem[] => {
  const atIso = new Date(options.now()).toISOString();
  const { keepDuplicates, urlCredentials } = spec.settings;
  const context = { run: spec.run, atIso, keepDuplicates, urlCredentials };
  return lines.map((line) => toPushItem({ ...line, seq: line.ordinal }, context));
};

/** `position` says where the next line begins; its ordinal is the next seq. */
const encodeCheckpoint = (position: SourcePosition | undefined, isLast: boolean): string =>
  JSON.stringify({ position, isLast });

const parseCheckpoint = (text: string): Checkpoint => {
  if (text === '') return { text, position: undefined, isLast: false };
  const { position, isLast } = JSON.parse(text) as Omit<Checkpoint, 'text'>;
  return { text, position, isLast };
};
