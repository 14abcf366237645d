import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, beforeAll } from 'vitest';
import { startBoardForTests } from './board-world.ts';
import { withRedisOfItsOwn } from './redis-of-a-file.ts';

export type Board = Awaited<ReturnType<typeof startBoardForTests>>;

/** Gives a test file a board with credentials, on a Redis of its own that is empty before each test. */
export const withBoardOfItsOwn = (begin: (board: Board, redis: Redis) => void): void => {
  let redis: Redis;
  let board: Board;
  withRedisOfItsOwn((given) => (redis = given));
  beforeAll(async () => {
    board = await startBoardForTests(redis);
    begin(board, redis);
  });
  afterAll(() => board.stop());
};
