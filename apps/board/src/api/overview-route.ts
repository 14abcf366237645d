import type { FleetNews, OverviewWatch } from '@trawl/shared/frontier/overview-watch.ts';
import type { FastifyInstance } from 'fastify';

/** `GET /api/overview`: what the first page shows, for machines. 503 while Redis is away. */
export const serveOverview = (app: FastifyInstance, watch: Pick<OverviewWatch, 'latest'>): void => {
  app.get('/api/overview', async (_request, reply) => {
    const news = await watch.latest();
    return news.kind === 'away'
      ? reply.status(503).send({ error: `Redis does not answer: ${news.reason}` })
      : reply.send(overviewBody(news));
  });
};

const overviewBody = ({ overview, pace }: Extract<FleetNews, { kind: 'seen' }>) => ({
  ...overview,
  runs: overview.runs.map((run) => {
    const { perSecond, etaMs } = pace.get(run.run) ?? {};
    return { ...run, ...(perSecond !== undefined && { perSecond }), ...(etaMs !== undefined && { etaMs }) };
  }),
});
