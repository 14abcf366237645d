import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CampaignWorld, startCampaignWorld } from '../support/chaos/campaign-world.ts';
import { commitPoints } from '../support/chaos/commit-points.ts';
import { killAt, killAtEveryCommitPoint } from '../support/chaos/faults/every-commit-point.ts';
import { playRound, type RoundOptions, type RoundReport } from '../support/chaos/round.ts';

let world: CampaignWorld;
beforeAll(async () => {
  world = await startCampaignWorld({ size: { worker: 2 } });
});
afterAll(() => world.stop());

let rounds = 0;
const play = (options: Pick<RoundOptions, 'seed' | 'kind' | 'lines' | 'strike'>): Promise<RoundReport> =>
  playRound(world, { ...options, round: rounds++, faultsUntilMs: 60_000 });

/** A seed that fails is played again by `npm run chaos -- --seed`; its story is told here. */
const expectUnbroken = (report: RoundReport): void => {
  const story = report.violations.length === 0 ? '' : world.timeline.text(report.happenings[0]?.atMs);
  expect({ violations: report.violations, story }).toEqual({ violations: [], story: '' });
};

test('no promise breaks when a process dies at any commit point', { timeout: 180_000 }, async () => {
  const report = await play({ seed: 11, kind: 'many small', lines: 1200, strike: killAtEveryCommitPoint });
  expectUnbroken(report);
  const deaths = report.happenings.filter(({ what }) => what === 'at a commit point');
  const points = commitPoints.map(({ name }) => name);
  expect(deaths.map(({ about }) => about['point'])).toEqual(expect.arrayContaining(points));
});

test('what a killed worker was fetching is asked again', async () => {
  // Who has committed ten times is in the midst of its work.
  const [commit] = commitPoints.filter(({ name }) => name === 'before commit');
  const strike: RoundOptions['strike'] = async (attacked) => commit && killAt(attacked, commit, 10);
  const report = await play({ seed: 13, kind: 'plain', lines: 600, strike });
  expectUnbroken(report);
  expect(report.times.askedAgainMs.length).toBeGreaterThan(0);
});
