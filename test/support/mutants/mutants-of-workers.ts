import type { Mutant } from './mutant.ts';

/** What a worker does before it says that it is done, what it notices of itself, and what it keeps from strangers. */
export const mutantsOfWorkers: Mutant[] = [
  {
    mechanism: 'commit comes before the end of the job',
    file: 'apps/worker/src/process-url.ts',
    from: '  await effects.commit(job, verdict, outcome);\n  return',
    to: '  void effects.commit(job, verdict, outcome).catch(() => undefined);\n  return',
    tests: [['unit/process-url', 'keeps its job until its outcome is recorded']],
  },
  {
    mechanism: 'no stalled limit of BullMQ ends a URL',
    file: 'apps/worker/src/queue.ts',
    from: 'maxStalledCount: 1e9,',
    to: 'maxStalledCount: 1,',
    tests: [['e2e/infrastructure/dead-worker', 'a job whose workers die is given to the next one each time']],
  },
  {
    mechanism: 'stalled jobs are looked for',
    file: 'apps/worker/src/queue.ts',
    from: 'stalledInterval: options.stalledIntervalMs,',
    to: 'skipStalledCheck: true,',
    tests: [['e2e/infrastructure/dead-worker', 'a job whose workers die is given to the next one each time']],
  },
  {
    mechanism: 'a URL that kills its workers ends',
    file: 'apps/worker/src/process-url.ts',
    from: 'if (job.isCondemned) return',
    to: 'if (job.isCondemned && job.attempt < 0) return',
    tests: [['unit/process-url', 'that killed its worker too often ends as crashed without being asked for again']],
  },
  {
    mechanism: 'a suspected URL runs alone',
    file: 'apps/worker/src/isolation.ts',
    from: 'if (!isAlone && !isSomebodyAlone) {',
    to: 'if (!isSomebodyAlone) {',
    tests: [['unit/worker/isolation', 'what must be alone begins when all others have ended']],
  },
  {
    mechanism: 'deaths beside others condemn nobody',
    file: 'apps/worker/src/deaths.ts',
    from: 'Math.min(times.stalled, mostDeathsBesideOthers) + times.alone',
    to: 'times.stalled + times.alone',
    tests: [['unit/worker/isolation', 'a URL is condemned by deaths that it had alone']],
  },
  {
    mechanism: 'what is put back costs no attempt',
    file: 'apps/worker/src/process-url.ts',
    from: 'attempts: job.attempt - 1,\n',
    to: 'attempts: job.attempt,\n',
    tests: [['unit/process-url', 'in hand when the worker stops goes back to the frontier without costing an attempt']],
  },
  {
    mechanism: 'a worker whose clock is off takes nothing',
    file: 'apps/worker/src/clock-guard.ts',
    from: 'isOff = offBy > (wasOff ? rightAgainMs : mostOffMs);',
    to: 'isOff = offBy === Infinity && rightAgainMs < mostOffMs;',
    tests: [
      ['unit/clock-guard', 'a clock is off beyond 2 s, and right again only within 1.5 s'],
      ['e2e/infrastructure/worker-holds', 'a worker whose clock is %s takes no jobs and says so, until it is right'],
    ],
  },
  {
    mechanism: 'a worker that is cut off spends no tries',
    file: 'apps/worker/src/network-guard.ts',
    from: "return isCutOff && sign === 'does-not'",
    to: "return isCutOff && sign === 'gets-out'",
    tests: [['unit/own-network', 'while it is cut off nothing is decided about URLs that do not get out']],
  },
  {
    mechanism: 'the watchdog notices a worker that hears nothing',
    file: 'apps/worker/src/watchdog.ts',
    from: 'else silentSinceMs ??= nowMs;',
    to: '',
    tests: [['unit/watchdog', 'a worker that starts nothing while work waits and its hands are empty is deaf']],
  },
  {
    mechanism: 'a private address is not connected to',
    file: 'apps/worker/src/fetch/address-guard.ts',
    from: "if (!isGlobal(address) && !isOpened(address)) return 'private-address';",
    to: 'void isOpened;',
    tests: [['unit/address-guard/address-guard', '%s is refused']],
  },
  {
    mechanism: 'every address of a name is judged, at every connection',
    file: 'apps/worker/src/fetch/connector.ts',
    from: 'guardedLookup(lookup, (address) => guard.refusalOf(address, port))',
    to: 'guardedLookup(lookup, () => undefined)',
    tests: [['e2e/fetch/rebinding', 'is judged again for the next connection once its time is over']],
  },
  {
    mechanism: 'secrets do not travel to another origin',
    file: 'apps/worker/src/fetch/redirect.ts',
    from: 'isSameOrigin ? from.headers : withoutHeaders(from.headers, (name) => !mayTravel.has(name))',
    to: 'isSameOrigin || mayTravel.size > 0 ? from.headers : []',
    tests: [['unit/worker/fetch/redirect', 'to %s carries nothing but how we speak']],
  },
];
