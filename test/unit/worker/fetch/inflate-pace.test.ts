import { expect, it } from 'vitest';
import { createInflatePace } from '../../../../apps/worker/src/fetch/inflate-pace.ts';

const mib = 1024 ** 2;

it('holds no page back', () => {
  const pace = createInflatePace(() => 0);
  for (let bytes = 0; bytes <= 8 * mib; bytes += mib) expect(pace.pauseMs(bytes, mib)).toBe(0);
});

it('lets all that inflates without end make so much a second together, however many they are', () => {
  let nowMs = 0;
  const pace = createInflatePace(() => nowMs);
  let made = 0;
  const bombs = Array.from({ length: 50 }, () => ({ bytes: 8 * mib, readyAtMs: 0 }));
  while (nowMs < 10_000) {
    nowMs += 1;
    for (const bomb of bombs.filter(({ readyAtMs }) => readyAtMs <= nowMs)) {
      bomb.bytes += 64 * 1024;
      made += 64 * 1024;
      bomb.readyAtMs = nowMs + pace.pauseMs(bomb.bytes, 64 * 1024);
    }
  }
  expect(made / mib / 10).toBeGreaterThan(100);
  expect(made / mib / 10).toBeLessThan(140);
});

it('owes nothing for a time in which nothing was inflated', () => {
  let nowMs = 0;
  const pace = createInflatePace(() => nowMs);
  expect(pace.pauseMs(9 * mib, 2 * mib)).toBeGreaterThan(10);
  nowMs = 1000;
  expect(pace.pauseMs(10 * mib, 64 * 1024)).toBe(0);
});
