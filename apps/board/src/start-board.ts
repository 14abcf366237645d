import type { AddressInfo } from 'node:net';
import { isLoopback, showAddress } from '@trawl/shared/domain/listen-address.ts';
import type { SettingsOf } from '@trawl/shared/domain/setting.ts';
import { createOverviewReader } from '@trawl/shared/frontier/overview.ts';
import { createOverviewWatch } from '@trawl/shared/frontier/overview-watch.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import type { RedisClock } from '@trawl/shared/platform/clock.ts';
import type { AnswerHealth } from '@trawl/shared/platform/health/health-answers.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { isPassword } from '@trawl/shared/platform/password-hash.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { type FastifyInstance, fastify } from 'fastify';
import { createFormToken } from './access/form-token.ts';
import { guardBoard } from './access/guard.ts';
import { createLogins, type KnownUsers, knownUsers } from './access/logins.ts';
import { serveHealth } from './api/health-routes.ts';
import { serveOverview } from './api/overview-route.ts';
import { serveRunControl } from './api/run-control-routes.ts';
import { mountBullBoard } from './bull-board/mount.ts';
import { servePage } from './fleet-page/serve-page.ts';
import { connectPromptly } from './prompt-redis.ts';

export type BoardSettings = SettingsOf<typeof boardSettings>;

export type BoardParts = {
  settings: BoardSettings;
  shard: Shard;
  redis: Redis;
  clock: RedisClock;
  log: Logger;
  answerHealth: AnswerHealth;
  /** Random, of this process. */
  secret: Buffer;
  /** Monotonic ms. */
  now: () => number;
};

/** Throws UserError where the board would be open to strangers, or one user has two roles. Before anything is opened. */
export const usersOfBoard = ({ listen, viewers, operators }: BoardSettings): KnownUsers => {
  const users = knownUsers({ viewers, operators });
  if (users.size > 0 || isLoopback(listen.host)) return users;
  throw new UserError(
    `--listen / TRAWL_BOARD_LISTEN: ${showAddress(listen)} can be reached from other machines, and there are no credentials.`,
    'Set --operator / TRAWL_BOARD_OPERATOR or --viewer / TRAWL_BOARD_VIEWER to USER:HASH (`trawl board --hash-password USER` prints one), or listen on 127.0.0.1.',
  );
};

/** Wires one board and lets it listen. `stop` hangs up on everybody at once. */
export const startBoard = async (parts: BoardParts): Promise<{ url: string; stop: () => Promise<void> }> => {
  const { settings, shard, log, clock } = parts;
  const users = usersOfBoard(settings);
  const { redis, close } = await connectPromptly(parts.redis, log);
  const readOverview = createOverviewReader({ redis, shard, now: () => clock.now() });
  const read = () => (redis.status === 'ready' ? readOverview() : Promise.reject(new Error('not connected')));
  const watch = createOverviewWatch({ read, now: parts.now });
  const hashes = [...users.values()].map(({ hash }) => hash.key);
  const formToken = createFormToken(hashes.length > 0 ? hashes : [parts.secret]);

  const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024, requestTimeout: 30_000 });
  answerErrors(app, log);
  guardBoard(app, { logins: users.size === 0 ? undefined : createLogins(users, { ...parts, isPassword }), log });
  serveHealth(app, parts.answerHealth);
  serveOverview(app, watch);
  serveRunControl(app, { control: createRunControl(redis, shard), log, isOurForm: formToken.fits });
  const live = servePage(app, { watch, formToken: formToken.text });
  const bullBoard = await mountBullBoard(app, { redis, shard, log });

  const stop = async (): Promise<void> => {
    live.close();
    watch.stop();
    await app.close();
    await bullBoard.close();
    await close();
  };
  try {
    const url = await listen(app, settings);
    log.info({ url, users: users.size }, 'board listens');
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

async function listen(app: FastifyInstance, { listen: address }: BoardSettings): Promise<string> {
  try {
    await app.listen(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `--listen / TRAWL_BOARD_LISTEN: cannot listen on ${showAddress(address)}: ${why}`,
      'Choose a port that is free and an address of this machine.',
    );
  }
  const { port } = app.server.address() as AddressInfo;
  return `http://${showAddress({ host: address.host, port })}`;
}

/** What a route could not do is mostly Redis that is away: said soon, and without a stack. */
function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 503;
    if (status >= 500) log.warn({ err: error, path: request.url.split('?', 1)[0] }, 'request failed');
    return reply.status(status).send({ error: error.message });
  });
  app.setNotFoundHandler((_request, reply) => reply.status(404).send({ error: 'There is nothing here.' }));
}
