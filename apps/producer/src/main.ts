import { runNamed } from '@trawl/shared/frontier/run-named.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { producerSettings } from '@trawl/shared/platform/app-settings.ts';
import { joinFleet } from '@trawl/shared/platform/join-fleet.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { producerMetrics } from './metrics/producer-metrics.ts';
import { startProducer } from './start-producer.ts';

await runMain('producer', async () => {
  const settings = readProcessSettings(producerSettings, { args: process.argv.slice(2), variables: process.env });
  const fleet = await joinFleet('producer', settings, producerMetrics);
  const feeds = await runNamed(fleet.redis, firstShard, settings.run);
  const parts = { ...fleet, settings, shard: firstShard, stdin: process.stdin, now: Date.now };
  const producer = startProducer({ feeds, releases: !settings.ingestOnly }, parts);

  return {
    done: producer.done,
    stop: async () => {
      await producer.stop();
      await fleet.leave();
    },
  };
});
