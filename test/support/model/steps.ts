import fc from 'fast-check';
import type { CollectHow } from './pretend-sink.ts';

/** Small numbers that fit a choice of any size: taken modulo what there is. */
type Pick = number;

/** What may happen to a frontier. A step that has nothing to act on does nothing, so that every part of a sequence is one. */
export type Step =
  | { do: 'push'; run: Pick; lines: number[]; how: 'next' | 'last' | 'again' | 'stale' }
  | { do: 'release'; most: number; window: number; leaseMs: number; how: 'added' | 'producer-dies' }
  | { do: 'take'; pick: Pick }
  | { do: 'lose-lock' | 'worker-dies' | 'lose-job'; pick: Pick }
  /** The job of a hand goes on elsewhere, and asks for its turn; the hand does not know. */
  | { do: 'hand-on'; pick: Pick }
  | {
      do: 'acquire';
      pick: Pick;
      again: boolean;
      patienceMs: number;
      leadMs: number;
      showsLock?: boolean;
      usedAgoMs?: number;
      spareMs?: number;
    }
  | { do: 'hop'; pick: Pick; host: Pick; patienceMs: number }
  | { do: 'leave-hops'; pick: Pick }
  | { do: 'yield'; pick: Pick; how: 'retry' | 'put-back'; pauseMs: number; sentMsAgo: number }
  | { do: 'commit'; picks: Pick[]; class: 'ok' | 'http-error' | 'unreachable'; sentMsAgo: number; isRepeated: boolean }
  /** What a robots.txt says of the delay; `seen`: in the one that another process has asked for. */
  | { do: 'robots'; host: Pick; by: string; delayMs: number; sentMsAgo: number; how: 'asked' | 'seen' }
  | { do: 'pause' | 'resume' | 'cancel' | 'finish' | 'forget'; run: Pick }
  | { do: 'collect'; run: Pick; how: CollectHow }
  | { do: 'sweep' | 'snapshot' | 'roll-back' }
  | { do: 'pass'; ms: number };

export type Sequence = { setting: Setting; steps: Step[] };

export type Setting = {
  runs: { perHost: number; gapMs: number; rate: number; obeysMs?: number }[];
  markBytes: number;
  lagBytes: number;
};

const small = fc.nat({ max: 2 });
const run = fc.nat({ max: 2 });
const sentMsAgo = fc.constantFrom(-1, -1, 0, 5);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      run,
      lines: fc.array(fc.nat({ max: 14 }), { maxLength: 6 }),
      how: fc.constantFrom('next', 'next', 'next', 'last', 'again', 'stale'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      most: fc.constantFrom(1, 20, 20, 20),
      window: fc.constantFrom(2, 50, 50, 50),
      leaseMs: fc.constantFrom(10, 60_000, 60_000),
      how: fc.constantFrom('added', 'added', 'added', 'producer-dies'),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('take' as const), pick: small }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('lose-lock', 'worker-dies', 'lose-job'), pick: small }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      pick: small,
      again: fc.boolean(),
      patienceMs: fc.constantFrom(0, 1000, 60_000),
      leadMs: fc.constantFrom(0, 0, 7),
      showsLock: fc.constantFrom(true, true, false),
      usedAgoMs: sentMsAgo,
      spareMs: fc.constantFrom(0, 0, 50),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('hop' as const),
      pick: small,
      host: fc.nat({ max: 2 }),
      patienceMs: fc.constantFrom(0, 5000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('robots' as const),
      host: small,
      by: fc.constantFrom('http trawl', 'http trawl', 'https trawl', 'http other'),
      delayMs: fc.constantFrom(0, 3, 700, 5000),
      sentMsAgo,
      how: fc.constantFrom('asked', 'asked', 'seen'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('hand-on' as const), pick: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave-hops' as const), pick: small }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('yield' as const),
      pick: small,
      how: fc.constantFrom('retry', 'put-back'),
      pauseMs: fc.constantFrom(-1, -1, 0, 400),
      sentMsAgo,
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      picks: fc.array(small, { minLength: 1, maxLength: 3 }),
      class: fc.constantFrom('ok', 'http-error', 'unreachable'),
      sentMsAgo,
      isRepeated: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('pause', 'resume', 'resume', 'cancel', 'finish', 'finish', 'forget'),
      run,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('collect' as const),
      run,
      how: fc.constantFrom('all', 'all', 'first-entry', 'not-acknowledged', 'twice', 'late'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('sweep', 'snapshot', 'roll-back') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 5, 5, 50, 50, 1000, 1000, 3001, 61_000, 400_000, 10_800_000),
    }),
  },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  runs: fc.array(
    fc.record({
      perHost: fc.integer({ min: 1, max: 3 }),
      gapMs: fc.constantFrom(0, 0, 4, 1000),
      rate: fc.constantFrom(0, 0, 0, 20),
      obeysMs: fc.constantFrom(0, 500, 60_000),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  markBytes: fc.constantFrom(1e9, 1e9, 700),
  lagBytes: fc.constantFrom(1e9, 1e9, 200),
});

const firstLines = fc.record({
  do: fc.constant('push' as const),
  run,
  lines: fc.array(fc.nat({ max: 14 }), { minLength: 3, maxLength: 8 }),
  how: fc.constantFrom('next', 'next', 'last'),
});

/** Most sequences are long: short ones come from shrinking. */
export const sequences = (mostSteps: number): fc.Arbitrary<Sequence> =>
  fc
    .record({
      setting,
      first: fc.array(firstLines, { maxLength: 3 }),
      rest: fc.noBias(fc.array(step, { maxLength: mostSteps, size: 'max' })),
    })
    .map(({ setting: chosen, first, rest }) => ({ setting: chosen, steps: [...first, ...rest] }));
