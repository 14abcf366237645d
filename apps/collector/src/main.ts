import { runNamed } from '@trawl/shared/frontier/run-named.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { collectorSettings } from '@trawl/shared/platform/app-settings.ts';
import { joinFleet } from '@trawl/shared/platform/join-fleet.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { collectorMetrics } from './metrics/collector-metrics.ts';
import { startCollector } from './start-collector.ts';

await runMain('collector', async () => {
  const settings = readProcessSettings(collectorSettings, { args: process.argv.slice(2), variables: process.env });
  const fleet = await joinFleet('collector', settings, collectorMetrics);
  const only = await runNamed(fleet.redis, firstShard, settings.run);
  const collector = startCollector(only, { ...fleet, shard: firstShard, stdout: process.stdout });

  return {
    done: collector.done,
    stop: async () => {
      await collector.stop();
      await fleet.leave();
    },
  };
});
