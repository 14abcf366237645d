import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { joinFleet } from '@trawl/shared/platform/join-fleet.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { followHaltedRuns } from './halted-runs.ts';
import { workerMetrics } from './metrics/worker-metrics.ts';
import { readCaFile } from './read-ca-file.ts';
import { startWorker } from './start-worker.ts';

/** A worker that starts nothing although work waits leaves with this code: its supervisor should start another. */
const stuckExitCode = 75;
/** To put back what was not finished, and to take leave. */
const beyondGraceMs = 20_000;

await runMain('worker', async () => {
  const settings = readProcessSettings(workerSettings, { args: process.argv.slice(2), variables: process.env });
  const ca = readCaFile(settings.ca);
  const fleet = await joinFleet('worker', settings, workerMetrics);
  const stopFetching = new AbortController();
  const halted = await followHaltedRuns({
    ...fleet,
    listener: await fleet.connect(),
    shard: firstShard,
    stopping: stopFetching.signal,
    now: () => performance.now(),
  });
  const worker = startWorker({
    ...fleet,
    halted,
    stopFetching,
    settings,
    ca,
    shard: firstShard,
    queueRedis: await fleet.connect(),
    random: Math.random,
    now: Date.now,
  });

  return {
    stopDeadlineMs: settings.graceMs + beyondGraceMs,
    done: worker.end.then((end) => (end === 'stuck' ? stuckExitCode : exitCodes.ok)),
    stop: async () => {
      await worker.stop();
      await fleet.leave();
    },
  };
});
