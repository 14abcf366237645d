import type { FleetNews, OverviewWatch } from '@trawl/shared/frontier/overview-watch.ts';
import type { BoardRole } from '@trawl/shared/platform/board-credentials.ts';
import type { FastifyInstance } from 'fastify';
import { serveAssets } from './assets.ts';
import { createLiveStream, type LiveStream } from './live-stream.ts';
import { fleetPage } from './page.ts';
import { pageParts } from './page-parts.ts';

export type ServePageOptions = { watch: OverviewWatch; formToken: string };

/** The first page at `/`, its files, and `/api/live`, by which an open page is kept up to date (server-sent events). */
export const servePage = (app: FastifyInstance, { watch, formToken }: ServePageOptions): LiveStream => {
  const assets = serveAssets(app);
  const render = (news: FleetNews, role: string) => pageParts(news, tokenFor(role as BoardRole));
  const tokenFor = (role: BoardRole) => (role === 'operator' ? formToken : undefined);
  const live = createLiveStream({ watch, render });

  app.get('/', async (request, reply) => {
    const { boardUser: user } = request;
    const news = await watch.latest();
    const page = fleetPage(render(news, user.role), { user, assets });
    return reply
      .status(news.kind === 'away' ? 503 : 200)
      .type('text/html; charset=utf-8')
      .send(page);
  });

  app.get('/api/live', { exposeHeadRoute: false }, (request, reply) => {
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    if (!live.open(reply.raw, request.boardUser.role))
      return reply.status(503).header('retry-after', 10).send({ error: 'Too many pages are open.' });
    reply.hijack();
    return undefined;
  });
  return live;
};
