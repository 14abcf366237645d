import { readSettings } from '@trawl/shared/domain/setting.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import { redisClock } from '@trawl/shared/platform/clock.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type BoardSettings, startBoard } from '../../apps/board/src/start-board.ts';
import { boardUsers, operator, viewer } from './board-users.ts';
import { logForTests } from './log-for-tests.ts';

export type Who = 'viewer' | 'operator' | { username: string; password: string } | 'nobody';

/**
 * A board in the test's own process. `open`: without credentials, as on one's own machine. Without `now` (monotonic ms) its time is
 * what the test says.
 */
export const startBoardForTests = async (
  redis: Redis,
  { open = false, now }: { open?: boolean; now?: () => number } = {},
) => {
  const clock = await redisClock(redis);
  const { log, lines } = logForTests();
  let nowMs = 0;
  const board = await startBoard({
    settings: settings(open ? {} : boardUsers),
    shard: firstShard,
    redis,
    clock,
    log,
    answerHealth: async (path) => ({ status: 200, contentType: 'text/plain', body: path }),
    secret: Buffer.alloc(32, 1),
    now: now ?? (() => nowMs),
  });

  const ask = (path: string, { as = 'viewer', headers = {}, ...init }: AskOptions = {}): Promise<Response> => {
    const login = loginOf(as);
    const authorization = `Basic ${Buffer.from(`${login?.username}:${login?.password}`).toString('base64')}`;
    return fetch(`${board.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...(login !== undefined && { authorization }), ...headers },
    });
  };

  return {
    url: board.url,
    ask,
    /** What a Bull Board page would do: `put('fetch/pause')`. */
    change: (path: string, options: AskOptions = {}) =>
      ask(`/queues/api/queues/${path}`, { method: 'PUT', headers: { 'sec-fetch-site': 'same-origin' }, ...options }),
    /** The next look is a new one, and not what was seen within the last second. */
    timePasses: (ms = 2000): void => {
      nowMs += ms;
    },
    /** What was logged so far. */
    logged: lines,
    stop: async (): Promise<void> => {
      await board.stop();
      clock.stop();
    },
  };
};

type AskOptions = { as?: Who; method?: string; headers?: Record<string, string>; body?: string };

function loginOf(as: Who): { username: string; password: string } | undefined {
  if (as === 'nobody') return undefined;
  if (as === 'viewer') return viewer;
  return as === 'operator' ? operator : as;
}

export const settings = (variables: Record<string, string> = {}): BoardSettings =>
  readSettings(boardSettings, { variables: { TRAWL_BOARD_LISTEN: '127.0.0.1:0', ...variables } }).values;
