import { randomBytes } from 'node:crypto';
import { keepAnnounced } from '@trawl/shared/frontier/announce-process.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import { joinFleet } from '@trawl/shared/platform/join-fleet.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { startBoard, usersOfBoard } from './start-board.ts';

await runMain('board', async () => {
  const settings = readProcessSettings(boardSettings, { args: process.argv.slice(2), variables: process.env });
  usersOfBoard(settings);
  const fleet = await joinFleet('board', { ...settings, health: 'by caller' });
  const board = await startBoard({
    ...fleet,
    settings,
    shard: firstShard,
    answerHealth: fleet.health.answer,
    secret: randomBytes(32),
    now: () => performance.now(),
  });
  const announced = keepAnnounced(fleet, firstShard, { healthUrl: board.url });

  return {
    stop: async () => {
      await board.stop();
      await announced.stop();
      await fleet.leave();
    },
  };
});
