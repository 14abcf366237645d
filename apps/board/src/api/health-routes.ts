import type { AnswerHealth } from '@trawl/shared/platform/health/health-answers.ts';
import type { FastifyInstance } from 'fastify';

/** `/healthz` and `/readyz` for everybody, `/metrics` for those who may look. */
export const serveHealth = (app: FastifyInstance, answerHealth: AnswerHealth): void => {
  for (const path of ['/healthz', '/readyz', '/metrics'])
    app.get(path, async (_request, reply) => {
      const answer = await answerHealth(path);
      if (answer === undefined) return reply.callNotFound();
      return reply.status(answer.status).type(answer.contentType).send(answer.body);
    });
};
