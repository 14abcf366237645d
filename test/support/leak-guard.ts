import { afterAll, beforeAll } from 'vitest';
import { leftBehindInTheEnd, type OpenThings, whatIsOpen } from './what-is-open.ts';

/**
 * A setup file of vitest: fails a test file that leaves something behind. Hooks of setup files wrap those of the test
 * file, so `before` is taken first and `after` last. What settles by itself gets a moment: ioredis keeps a timer for
 * two seconds after it hung up.
 */
const settleMs = 4000;

let before: OpenThings;

beforeAll(async () => {
  // A timer that runs now is vitest's own and short: it would hide one of the test file's later.
  before = { ...(await whatIsOpen()), timer: 0 };
});

afterAll(async () => {
  const left = await leftBehindInTheEnd(before, settleMs);
  if (left.length > 0) throw new Error(`this test file left behind: ${left.join(', ')}`);
});
