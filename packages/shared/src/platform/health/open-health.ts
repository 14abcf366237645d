import type { Logger } from '../logger.ts';
import { watchEventLoop } from './event-loop-delay.ts';
import type { HealthAddress } from './health-address.ts';
import { type AnswerHealth, healthAnswers } from './health-answers.ts';
import { startHealthServer } from './health-server.ts';
import { type Meter, openMeter, silentMetrics } from './meter.ts';
import type { Handles, MetricTable } from './metric.ts';
import { type MeasuredProcess, processMetrics, processMetricsReader } from './process-metrics.ts';
import { type ReadyCheck, redisAnswers } from './readiness.ts';

/** What a process shows of itself, and where. */
export type Health<T extends MetricTable> = {
  /** Of its own server, if it has one. */
  url: string | undefined;
  metrics: Handles<T>;
  /** Asked for `/readyz`, besides Redis. */
  readyWhen: (check: ReadyCheck) => void;
  /** Called for `/metrics`, to set gauges. */
  beforePage: Meter<T>['beforePage'];
  /** For a process with a web server of its own. */
  answer: AnswerHealth;
};

export type OpenHealth<T extends MetricTable> = Health<T> & {
  /** From now on it is ready as far as Redis and its checks say so. */
  joined: (
    fleet: Pick<MeasuredProcess, 'clock'> & {
      redis: Parameters<typeof redisAnswers>[0];
      trouble: { reason: () => string | undefined };
    },
  ) => void;
  close: () => Promise<void>;
};

/**
 * Opens the pages of a process before it has found Redis: until `joined` it lives and is not ready.
 * @param where `by caller`: the process answers on a server of its own, by `answer`. `off`: there are no pages, and
 *   counting is free
 */
export const openHealth = async <T extends MetricTable>(
  table: T,
  { about, where, log }: { about: { app: string; version: string }; where: HealthAddress | 'by caller'; log: Logger },
): Promise<OpenHealth<T>> => {
  if (where === 'off') return closedHealth(table);
  const meter = await openMeter({ ...table, ...processMetrics }, (err) => log.warn({ err }, 'metrics not readable'));
  let hasJoined = false;
  const checks: ReadyCheck[] = [() => (hasJoined ? undefined : 'starting')];
  const answer = healthAnswers({ about, uptimeSeconds: () => process.uptime(), checks, metricsPage: meter.page });
  const server = where === 'by caller' ? undefined : await startHealthServer(where, answer);
  if (server) log.info({ url: server.url }, 'health endpoint');
  let eventLoop: ReturnType<typeof watchEventLoop> | undefined;
  return {
    url: server?.url,
    metrics: meter.metrics as Handles<T>,
    readyWhen: (check) => void checks.push(check),
    beforePage: meter.beforePage,
    answer,
    joined: ({ redis, clock, trouble }) => {
      // What a start takes keeps nobody waiting.
      eventLoop = watchEventLoop();
      const measured = { ...about, redis, clock, eventLoopDelay: eventLoop.delay };
      meter.beforePage(processMetricsReader(meter.metrics as Handles<typeof processMetrics>, measured));
      checks.push(redisAnswers(redis), () => refusesCommands(trouble.reason()));
      hasJoined = true;
    },
    close: async () => {
      eventLoop?.stop();
      await server?.close();
    },
  };
};

const refusesCommands = (reason: string | undefined): string | undefined =>
  reason === undefined ? undefined : `Redis refuses commands: ${reason}`;

const closedHealth = <T extends MetricTable>(table: T): OpenHealth<T> => ({
  url: undefined,
  metrics: silentMetrics(table),
  readyWhen: () => undefined,
  beforePage: () => undefined,
  answer: async () => undefined,
  joined: () => undefined,
  close: async () => undefined,
});
