import type { Logger } from './logger.ts';

/** Answers of a Redis that can be reached, and does not do what it is told until somebody or time mends it. */
const passing = /^(OOM|MISCONF|READONLY|UNBLOCKED|NOREPLICAS|MASTERDOWN|LOADING|BUSY|TRYAGAIN|CLUSTERDOWN)\b/;

/** The command has changed nothing and may be sent again. */
export const isPassing = (error: Error): boolean => passing.test(error.message);

/** The server has become a replica: the primary may be found by connecting anew. */
export const isOfReplica = (error: Error): boolean => /^(READONLY|UNBLOCKED)\b/.test(error.message);

/** The connection was lost in the midst of a pipeline's answers: how much of it was done nobody knows, and it is not sent again. */
export const isCutOff = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError' && error.message === 'Command aborted due to connection close';

export type RedisTrouble = ReturnType<typeof createRedisTrouble>;

/** It may come and go by the second, when memory is short for instance. */
const sayAgainAfterMs = 30_000;

/**
 * What the connections of a process are refused, in one place: said once, and once more when it is over.
 * @param now any ms that do not jump
 */
export const createRedisTrouble = (log: Pick<Logger, 'error' | 'info'>, now: () => number) => {
  const inTrouble = new Set<object>();
  let reason: string | undefined;
  let saidAtMs: number | undefined;
  let isToldOver = true;
  return {
    refused: (connection: object, { message }: Error): void => {
      inTrouble.add(connection);
      const isNews = saidAtMs === undefined || now() - saidAtMs >= sayAgainAfterMs;
      if (reason === undefined && isNews) {
        saidAtMs = now();
        isToldOver = false;
        log.error({ reason: message }, 'Redis refuses commands: waiting');
      }
      reason = message;
    },
    served: (connection: object): void => {
      if (!inTrouble.delete(connection) || inTrouble.size > 0) return;
      reason = undefined;
      if (!isToldOver) log.info('Redis takes commands again');
      isToldOver = true;
    },
    /** Undefined: Redis does what it is told, for all that is known. */
    reason: (): string | undefined => reason,
  };
};
