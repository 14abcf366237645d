import { seededRandom } from '../pretend-web/seeded-random.ts';
import { type Choices, choicesOf } from './seeded-choice.ts';

/** Something to be done to the fleet: how, to which place of its kind, and with what measure. */
export type PlannedFault = { atMs: number; kind: string; about: Record<string, number | string> };

/** How one kind of fault is drawn; `weight`: how often, against the others. */
export type FaultPlan = { weight: number; draw: (choose: Choices) => PlannedFault['about'] };

export type ScheduleOptions = {
  seed: number;
  /** Faults begin after it: there is something to be broken by then. */
  fromMs: number;
  untilMs: number;
  /** Between two faults, on average. */
  everyMs: number;
  plans: Record<string, FaultPlan>;
};

/** What is done to the fleet and when, as the seed has it: the same for the same options. */
export const scheduleOf = ({ seed, fromMs, untilMs, everyMs, plans }: ScheduleOptions): PlannedFault[] => {
  const random = seededRandom(seed);
  const choose = choicesOf(random);
  const bag = Object.entries(plans).flatMap(([kind, { weight }]) => Array.from({ length: weight }, () => kind));
  const faults: PlannedFault[] = [];
  if (bag.length === 0) return faults;
  for (let atMs = fromMs; atMs < untilMs; atMs += choose.whole(Math.ceil(everyMs / 4), Math.ceil((everyMs * 7) / 4))) {
    const kind = choose.oneOf(bag);
    faults.push({ atMs, kind, about: plans[kind]?.draw(choose) ?? {} });
  }
  return faults;
};
