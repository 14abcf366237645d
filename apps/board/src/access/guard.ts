import type { BoardUser } from '@trawl/shared/platform/board-credentials.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { basicChallenge, readBasicAuth } from './basic-auth.ts';
import { isLocalName, provenanceOf } from './cross-site.ts';
import type { Logins } from './logins.ts';
import { securityHeaders } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Set before any route runs. */
    boardUser: BoardUser;
  }
}

export type GuardOptions = {
  /** Undefined: there are no credentials, and everybody on this machine is an operator. */
  logins: Logins | undefined;
  log: Logger;
};

/** Answered to everybody: an orchestrator has no login, and they say nothing of the runs. */
const openPaths = new Set(['/healthz', '/readyz']);
const readingMethods = new Set(['GET', 'HEAD']);

/** Lets nobody reach a route who may not: every request passes here first, also one for a path that does not exist. */
export const guardBoard = (app: FastifyInstance, { logins, log }: GuardOptions): void => {
  app.decorateRequest('boardUser', null as unknown as BoardUser);

  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    reply.headers(securityHeaders(path));
    if (openPaths.has(path)) return;
    if (logins === undefined) {
      if (!isLocalName(request.headers.host)) return refuse(reply, 421, notThisName);
      request.boardUser = { name: 'anybody on this machine', role: 'operator' };
    } else {
      const user = await logIn(request, reply, { logins, log });
      if (user === undefined) return reply;
      request.boardUser = user;
    }
    if (!readingMethods.has(request.method) && provenanceOf(headersOf(request)) === 'other-page') {
      log.warn(
        { user: request.boardUser.name, path, origin: request.headers.origin },
        'request of another page refused',
      );
      return refuse(reply, 403, otherPage);
    }
  });
};

const notThisName =
  'Without credentials the board answers to names of this machine only: localhost, 127.0.0.1. Set --operator / TRAWL_BOARD_OPERATOR to give it others.';
const otherPage =
  'This was sent by a page that is not of this board. Behind a proxy: it must pass on the Host header that the browser sent.';

async function logIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { logins, log }: { logins: Logins; log: Logger },
): Promise<BoardUser | undefined> {
  const given = readBasicAuth(request.headers.authorization);
  if (given === undefined) return challenge(reply);
  const address = request.ip;
  const login = await logins.check({ ...given, address });
  switch (login.kind) {
    case 'in':
      return login.user;
    case 'refused':
      log.warn({ address, user: login.name ?? 'unknown' }, 'login refused');
      return challenge(reply);
    case 'throttled': {
      const seconds = Math.ceil(login.waitMs / 1000);
      void reply.header('retry-after', seconds);
      refuse(reply, 429, `Too many tries to log in. Try again in ${seconds} s.`);
      return undefined;
    }
  }
}

function challenge(reply: FastifyReply): undefined {
  void reply.header('www-authenticate', basicChallenge);
  refuse(reply, 401, 'Log in with a name and password of this board.');
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.status(status).send({ error });
}

const headersOf = ({ headers }: FastifyRequest) => ({
  host: headers.host,
  origin: headers.origin,
  'sec-fetch-site': typeof headers['sec-fetch-site'] === 'string' ? headers['sec-fetch-site'] : undefined,
});
