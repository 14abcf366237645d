import type { HaltAnswer, RunControl } from '@trawl/shared/frontier/run-control.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

export type RunControlOptions = {
  control: RunControl;
  log: Logger;
  /** Does the token that came with a form prove that we made the form? */
  isOurForm: (token: unknown) => boolean;
};

const params = z.object({ run: z.string().min(1).max(500), act: z.enum(['pause', 'resume', 'cancel']) });
const form = z.object({ token: z.string() }).partial().catch({});

/**
 * `POST /api/runs/RUN/{pause,resume,cancel}`, for operators. From a browser only with the token of a form of ours, and answered
 * with the first page; for programs with JSON: 200, 404 (no such run), 409 (too late for it).
 */
export const serveRunControl = (app: FastifyInstance, { control, log, isOurForm }: RunControlOptions): void => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  app.post('/api/runs/:run/:act', async (request, reply) => {
    const { boardUser: user, headers } = request;
    if (user.role !== 'operator')
      return reply
        .status(403)
        .send({ error: `${user.name} may look only: pausing, resuming and cancelling is for operators.` });
    const isFromBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
    const { token } = form.parse(request.body ?? {});
    if (isFromBrowser && !isOurForm(token))
      return reply.status(403).send({ error: 'This page is too old: load it again.' });
    const target = params.safeParse(request.params);
    if (!target.success) return reply.status(404).send({ error: 'There is no such action.' });

    const { run, act } = target.data;
    const answer = await control[act](run);
    log.info({ run, act, answer, user: user.name }, 'run controlled on the board');
    const { status, ...body } = replyTo(answer, run);
    const isForm = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
    const wantsPage = isForm && String(headers.accept).includes('text/html');
    return wantsPage && status === 200 ? reply.redirect('/', 303) : reply.status(status).send({ run, act, ...body });
  });
};

function replyTo(answer: HaltAnswer, run: string): { status: number; error?: string } {
  switch (answer) {
    case 'done':
      return { status: 200 };
    case 'finished':
      return { status: 409, error: `Run ${run} has all its outcomes already.` };
    case 'cancelled':
      return { status: 409, error: `Run ${run} is cancelled: it can be neither paused nor resumed.` };
    case 'unknown':
      return { status: 404, error: `There is no run ${run}.` };
  }
}
