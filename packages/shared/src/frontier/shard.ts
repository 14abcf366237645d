/** A shard is a prefix of Redis keys with a hash tag of its own; every key of Trawl is made from one. */
export type Shard = {
  /** What BullMQ is given as its prefix. */
  bullPrefix: string;
  /** What all other keys begin with. */
  prefix: string;
};

export const shardOf = (number: number): Shard => ({ bullPrefix: `{t${number}}`, prefix: `{t${number}}:` });

export const firstShard = shardOf(0);

/** Keys that TypeScript reads or writes by itself; the scripts build the same names from the prefix. */
export const keysOf = ({ prefix }: Shard) => ({
  run: (run: string) => `${prefix}run:${run}`,
  runs: `${prefix}runs`,
  rates: `${prefix}rates`,
  checkpoint: (run: string) => `${prefix}checkpoint:${run}`,
  done: (run: string) => `${prefix}done:${run}`,
  count: (run: string) => `${prefix}count:${run}`,
  seen: (run: string, generation: number, bucket: number) => `${prefix}seen:${run}:${generation}:${bucket}`,
  released: `${prefix}released`,
  executions: `${prefix}executions`,
  lag: `${prefix}lag`,
  waiting: `${prefix}waiting`,
  halted: `${prefix}halted`,
  backlog: `${prefix}backlog`,
  ready: `${prefix}ready`,
  wake: `${prefix}wake`,
  room: `${prefix}room`,
  workers: `${prefix}workers`,
  processes: `${prefix}processes`,
  leases: (host: string) => `${prefix}l:${host}`,
  runsOfHost: (host: string) => `${prefix}r:${host}`,
  lines: (host: string, run: string) => `${prefix}q:${host}:${run}`,
  outcomes: (run: string) => `${prefix}outcomes:${run}`,
  toCollect: `${prefix}to-collect`,
  toFeed: `${prefix}to-feed`,
  owner: (name: string) => `${prefix}owner:${name}`,
  sweeper: `${prefix}sweeper`,
  sink: (run: string) => `${prefix}sink:${run}`,
  /** Hash, host -> its cookies; '' -> bytes of all of them. */
  cookies: (run: string) => `${prefix}cookies:${run}`,
  stats: (run: string) => `${prefix}stats:${run}`,
  failing: (run: string) => `${prefix}failing:${run}`,
  /** Channel on which the names of new runs are published. */
  newRuns: `${prefix}new-runs`,
  /** Channel: `paused RUN`, `resumed RUN`, `cancelled RUN`. */
  runControl: `${prefix}run-control`,
  waitingJobs: (queue: string) => `${prefix}${queue}:wait`,
  /** Name of a crawl -> its newest version; the versions themselves. */
  crawls: `${prefix}crawls`,
  crawl: (name: string) => `${prefix}crawl:${name}`,
  /** Hash, name of a crawl -> its schedule; and channel: something about the schedules has changed. */
  schedules: `${prefix}schedules`,
  schedule: (crawl: string) => `${prefix}schedule:${crawl}`,
  firings: (crawl: string) => `${prefix}firings:${crawl}`,
  /** Crawls with slots that wait for the run before, and the slots of one. */
  queuedSchedules: `${prefix}queued`,
  queuedSlots: (crawl: string) => `${prefix}queued:${crawl}`,
  scheduleKeeper: `${prefix}schedule-keeper`,
  /** What the robots.txt of an origin said; and the one process that asks for it. */
  robots: (origin: string) => `${prefix}robots:${origin}`,
  robotsAsking: (origin: string) => `${prefix}robots-asking:${origin}`,
  robotsDelay: (host: string) => `${prefix}robots-delay:${host}`,
  feeder: (run: string) => `${prefix}feeder:${run}`,
  jobs: (queue: string) => `${prefix}${queue}:`,
  job: (queue: string, id: string) => `${prefix}${queue}:${id}`,
});
