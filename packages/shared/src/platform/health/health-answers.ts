import type { MetricsPage } from './meter.ts';
import type { ReadyCheck } from './readiness.ts';

export type HealthAnswer = { status: number; contentType: string; body: string };

/** Answers for a path; undefined: there is no such page. For a server of one's own (health-server.ts) or any other. */
export type AnswerHealth = (path: string) => Promise<HealthAnswer | undefined>;

export type HealthParts = {
  about: { app: string; version: string };
  uptimeSeconds: () => number;
  checks: readonly ReadyCheck[];
  metricsPage: () => Promise<MetricsPage>;
};

/**
 * `/healthz`: 200 as long as the event loop turns; restart what does not answer. `/readyz`: 200 while the process does its
 * work, else 503 with the reasons; do not restart for it. `/metrics`: for Prometheus.
 */
export const healthAnswers =
  ({ about, uptimeSeconds, checks, metricsPage }: HealthParts): AnswerHealth =>
  async (path) => {
    switch (path) {
      case '/healthz':
        return json(200, { status: 'ok', ...about, uptimeSeconds: Math.round(uptimeSeconds()) });
      case '/readyz': {
        const answers = await Promise.all(checks.map(async (check) => check()));
        const reasons = answers.filter((reason) => reason !== undefined);
        return reasons.length === 0
          ? json(200, { status: 'ready', ...about })
          : json(503, { status: 'not ready', ...about, reasons });
      }
      case '/metrics': {
        const { contentType, text } = await metricsPage();
        return { status: 200, contentType, body: text };
      }
      default:
        return undefined;
    }
  };

const json = (status: number, value: object): HealthAnswer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
});
