import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { OpenSink, Sink, SinkState } from './sink.ts';

/** How long to wait for a sink that refuses. It is always asked once. */
export type Patience = { isOver: () => boolean; pause: (ms: number) => Promise<unknown> };

/** A sink that stands a full disk: it stores a batch whole or, when patience is over, not at all. */
export type PatientSink = Pick<Sink, 'state' | 'acknowledged' | 'finish' | 'close'> & {
  /** True once the batch is durable. */
  store: (batch: OutcomeBatch) => Promise<boolean>;
};

const tryAgainMs = 1000;

/**
 * Opens a sink and keeps it: what a sink refuses is cut back and tried again every second, and nothing is acknowledged
 * meanwhile, so that the crawl stops by itself once Redis holds as many records as it may. Undefined: patience was over.
 */
export const openPatiently = async (
  open: OpenSink,
  state: SinkState | undefined,
  { patience, log }: { patience: Patience; log: Logger },
): Promise<PatientSink | undefined> => {
  let sink: Sink | undefined;
  let lastState = state;
  let complaint: string | undefined;

  const attempt = async (act: (sink: Sink) => Promise<void>): Promise<'done' | 'refused'> => {
    try {
      sink ??= await open(lastState);
      await act(sink);
      lastState = sink.state();
      if (complaint !== undefined) log.info('sink takes records again');
      complaint = undefined;
      return 'done';
    } catch (error) {
      if (error instanceof UserError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== complaint && !patience.isOver()) log.error({ err: error }, 'sink refuses: trying again');
      complaint = message;
      await sink?.close().catch(() => undefined);
      sink = undefined;
      return 'refused';
    }
  };
  const attemptUntilDone = async (act: (sink: Sink) => Promise<void>): Promise<boolean> => {
    while ((await attempt(act)) === 'refused') {
      await patience.pause(tryAgainMs);
      if (patience.isOver()) return false;
    }
    return true;
  };

  if (!(await attemptUntilDone(async () => {}))) return undefined;
  return {
    store: (batch) =>
      attemptUntilDone(async (opened) => {
        await opened.write(batch);
        await opened.flush();
      }),
    state: () => lastState ?? {},
    acknowledged: async () => sink?.acknowledged(),
    finish: async () => sink?.finish(),
    close: async () => sink?.close(),
  };
};
