import type { SmallDisk } from '../small-disk.ts';
import type { ChaosRedis } from './chaos-redis.ts';
import type { Fleet } from './fleet.ts';
import type { FaultPlan, PlannedFault } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** What a fault may lay hands on. */
export type Attacked<R = ChaosRedis> = {
  fleet: Fleet;
  redis: R;
  timeline: Timeline;
  /** Where the files of the sinks are. */
  sinksDisk: SmallDisk;
  /** Aborts when the faults of the round are over: a fault that lasts ends what it began. */
  calm: AbortSignal;
  /** One at a time does something to Redis itself: a cut needs a server that is down, a restart one that is up. */
  withRedis: (act: () => Promise<void>) => Promise<void>;
};

/** One kind of fault. `strike` resolves when it is over, and leaves nothing behind that keeps the fleet from going on. */
export type Fault<Under = Attacked> = FaultPlan & {
  strike: (attacked: Under, about: PlannedFault['about']) => Promise<void>;
};
