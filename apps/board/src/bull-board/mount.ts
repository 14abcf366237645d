import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { BoardHooks } from '@bull-board/api/dist/types.js';
import { FastifyAdapter } from '@bull-board/fastify';
import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { controlQueueName } from '@trawl/shared/domain/firing-job.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { BoardRole } from '@trawl/shared/platform/board-credentials.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import type { FastifyInstance } from 'fastify';
import { permissionFor } from './allowed-actions.ts';
import { fetchJobFields, fetchJobName } from './fetch-job-fields.ts';
import { firingJobName } from './firing-job-fields.ts';
import { FrontierAdapter } from './frontier-adapter.ts';
import { createFrontierLines } from './frontier-lines.ts';

export type BullBoardOptions = { redis: Redis; shard: Shard; log: Logger };

const basePath = '/queues';
/** Bull Board hands its hooks the headers of a request and nothing else. Set for every request, whatever came in it. */
const [roleHeader, userHeader] = ['x-trawl-board-role', 'x-trawl-board-user'] as const;

/** Bull Board under `/queues`: the queues `fetch` and `control`, and the frontier as if it were one. */
export const mountBullBoard = async (
  app: FastifyInstance,
  options: BullBoardOptions,
): Promise<{ close: () => Promise<void> }> => {
  const { redis, shard, log } = options;
  const queues = [fetchQueueName, controlQueueName].map((name) => openQueue(name, options));
  const [fetchQueue, controlQueue] = queues as [Queue, Queue];
  const fetchAdapter = new BullMQAdapter(fetchQueue, {
    allowRetries: false,
    description: 'one job for each released URL',
  });
  fetchAdapter.setFormatter('name', fetchJobName);
  fetchAdapter.setFormatter('data', fetchJobFields);
  const controlAdapter = new BullMQAdapter(controlQueue, { allowRetries: false, description: 'firings of schedules' });
  controlAdapter.setFormatter('name', firingJobName);
  const frontier = new FrontierAdapter(createFrontierLines(redis, shard));

  const server = new FastifyAdapter().setBasePath(basePath);
  createBullBoard({
    queues: [fetchAdapter, controlAdapter, frontier],
    serverAdapter: server,
    options: { handlerHooks: hooks(log), uiConfig },
  });
  await app.register(
    async (scope) => {
      scope.addHook('onRequest', async (request) => {
        request.raw.headers[roleHeader] = request.boardUser.role;
        request.raw.headers[userHeader] = request.boardUser.name;
      });
      await scope.register(server.registerPlugin());
    },
    { prefix: basePath },
  );
  return { close: async () => void (await Promise.all(queues.map((queue) => queue.close()))) };
};

const uiConfig = {
  boardTitle: 'Trawl queues',
  hideDocsLink: true,
  miscLinks: [{ text: 'Fleet', url: '/' }],
  /** Each look of each open tab costs a round trip for each queue; who is connected costs one for each connection. */
  pollingInterval: { showSetting: false, forceInterval: 10 },
  showWorkers: false,
  sortQueues: false,
};

function openQueue(name: string, { redis, shard }: BullBoardOptions): Queue {
  // What a queue is set to is for its producer to say.
  const queue = new Queue(name, { connection: redis, prefix: shard.bullPrefix, skipMetasUpdate: true });
  queue.on('error', () => undefined); // the connection has a listener that logs
  return queue;
}

const hooks = (log: Logger): BoardHooks => ({
  before: ({ method, route, request }) => {
    const { headers, params } = request;
    const [role, user] = [headers[roleHeader] as BoardRole, headers[userHeader]];
    const queue = params['queueName'] as string | undefined;
    const permission = permissionFor({ action: `${method} ${route}`, queue }, role);
    if (method !== 'get')
      log.info({ user, action: `${method} ${route}`, queue, job: params['jobId'], ...permission }, 'queue action');
    return permission.allowed ? { allow: true } : { allow: false, status: 403, message: permission.reason };
  },
  // A viewer is shown no buttons that would be refused.
  after: ({ method, route, request }, result) => {
    if (method !== 'get' || route !== '/api/queues' || request.headers[roleHeader] !== 'viewer') return result;
    const body = result.body as { queues?: object[] };
    return body.queues === undefined
      ? result
      : { ...result, body: { ...body, queues: body.queues.map((queue) => ({ ...queue, readOnlyMode: true })) } };
  },
});
