import { expect, test } from 'vitest';
import { createStartGate, type StartGate } from '../../../../apps/worker/src/fetch/start-gate.ts';

/** An event loop and an outside world that is never the one to be waited for: what has begun has something to do in every round. */
const eventLoop = (createGate: (busyMs: () => number, hurry: () => void) => StartGate) => {
  let nowMs = 0;
  let beganAtMs = 0;
  let isHurried = false;
  const busyMs = (): number => nowMs - beganAtMs;
  const gate = createGate(busyMs, () => {
    isHurried = true;
  });
  let ready: (() => void)[] = [];
  const rounds: number[] = [];
  return {
    gate,
    rounds,
    nowMs: () => nowMs,
    isHurried: () => isHurried,
    work: (ms: number) => {
      nowMs += ms;
    },
    nextRound: (event: () => void) => void ready.push(event),
    goRound: (): boolean => {
      const events = ready;
      ready = [];
      isHurried = false;
      for (const event of events) event();
      const tookMs = busyMs();
      rounds.push(tookMs);
      beganAtMs = nowMs;
      gate.roundEnds(tookMs);
      return ready.length > 0 || isHurried;
    },
  };
};

/** 128 at once, each of which costs 3 ms of work in six rounds after its start. */
const crawl = (urls: number, createGate: Parameters<typeof eventLoop>[0]) => {
  const loop = eventLoop(createGate);
  const [stepMs, steps] = [0.5, 6];
  let left = urls;
  let ended = 0;
  const goOn = (step: number): void => {
    loop.work(stepMs);
    if (step < steps) return loop.nextRound(() => goOn(step + 1));
    ended++;
    take();
  };
  const take = (): void => {
    if (left-- > 0) loop.gate.enter(() => goOn(0));
  };
  loop.nextRound(() => {
    for (let i = 0; i < 128; i++) take();
  });
  while (loop.goRound());
  const sorted = loop.rounds.toSorted((a, b) => a - b);
  return { ended, tookMs: loop.nowMs(), p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, most: sorted.at(-1) ?? 0 };
};

const noGate = (): StartGate => ({
  isFree: () => true,
  enter: (start) => start(),
  roundEnds: () => undefined,
  waiting: () => 0,
  open: () => undefined,
});

test('rounds of a loop that has too much to do stay near their length, and all is done as soon as without the gate', () => {
  const without = crawl(5000, noGate);
  const gated = crawl(5000, (busyMs, hurry) => createStartGate({ busyMs, hurry }));
  expect(without.p99).toBeGreaterThan(60);
  expect(gated.p99).toBeLessThan(30);
  expect(gated.most).toBeLessThan(50);
  expect(gated.ended).toBe(5000);
  expect(gated.tookMs).toBe(without.tookMs);
});

test('a loop that has time lets a hundred begin at once', () => {
  const { gate, work } = eventLoop((busyMs, hurry) => createStartGate({ busyMs, hurry, roundMs: 20 }));
  let begun = 0;
  for (let i = 0; i < 100; i++) {
    gate.enter(() => {
      begun++;
      work(0.15);
    });
  }
  expect(begun).toBe(100);
  expect(gate.waiting()).toBe(0);
});

test('those beyond the length of a round begin in the next ones, which come at once, in the order in which they came', () => {
  const loop = eventLoop((busyMs, hurry) => createStartGate({ busyMs, hurry, roundMs: 20, least: 2 }));
  const begun: number[] = [];
  loop.work(20);
  for (let i = 0; i < 5; i++) loop.gate.enter(() => void begun.push(i));
  expect(begun).toEqual([]);
  expect(loop.isHurried()).toBe(true);
  expect(loop.goRound()).toBe(true);
  expect(begun).toEqual([0, 1]);
  expect(loop.goRound()).toBe(false);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('however long the rounds are, some begin in each', () => {
  const loop = eventLoop((busyMs, hurry) => createStartGate({ busyMs, hurry, roundMs: 20, least: 3 }));
  let begun = 0;
  loop.work(500);
  for (let i = 0; i < 9; i++) loop.gate.enter(() => void begun++);
  for (const expected of [3, 6, 9]) {
    loop.work(500);
    loop.goRound();
    expect(begun).toBe(expected);
  }
});

test('a gate that is opened lets all in that wait, and everybody later', () => {
  const { gate, work } = eventLoop((busyMs, hurry) => createStartGate({ busyMs, hurry, roundMs: 20 }));
  let begun = 0;
  work(100);
  for (let i = 0; i < 50; i++) gate.enter(() => void begun++);
  gate.open();
  gate.enter(() => void begun++);
  expect(begun).toBe(51);
});
