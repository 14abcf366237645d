import type { Fault } from './attacked.ts';
import type { CampaignWorld, WorldOptions } from './campaign-world.ts';
import { playDataDirectoryRound } from './data-directory/data-directory-round.ts';
import { kindOfRound, type RoundKind } from './deal-round.ts';
import { playFlushedRound } from './flushed-round.ts';
import { machineMs } from './machine-clock.ts';
import { playRound, type RoundOptions, type RoundReport } from './round.ts';
import { scheduleOf } from './schedule.ts';
import { playSentinelRound } from './sentinel-round.ts';
import { strikeFaults } from './strike-faults.ts';

export type CampaignOptions = {
  seed: number;
  minutes: number;
  /** Lines of a plain round. */
  lines: number;
  faults: Record<string, Fault>;
  faultsEveryMs: number;
  /** Only rounds of this kind; absent: all kinds in turn. */
  kind?: RoundKind;
  /** Stops at the first round that breaks a promise. */
  untilBroken: boolean;
  keepFiles: boolean;
  onRound: (report: RoundReport) => void;
};

const faultsUntilMs = 45_000;

/** Rounds until the time is over, at least one; each has its seed from that of the campaign. */
export const runCampaign = async (world: CampaignWorld, options: CampaignOptions): Promise<RoundReport[]> => {
  const { seed, lines, faults, faultsEveryMs, minutes } = options;
  const endsMs = machineMs() + minutes * 60_000;
  const reports: RoundReport[] = [];
  const beside: WorldOptions = { timeline: world.timeline, keepFiles: options.keepFiles };
  for (let round = 0; round === 0 || machineMs() < endsMs; round += 1) {
    const roundSeed = seed * 1000 + round;
    const schedule = scheduleOf({
      seed: roundSeed,
      fromMs: 500,
      untilMs: faultsUntilMs,
      everyMs: faultsEveryMs,
      plans: faults,
    });
    const kind = options.kind ?? kindOfRound(round);
    const strike: RoundOptions['strike'] = (attacked) => strikeFaults(attacked, { schedule, faults, nowMs: machineMs });
    const dealt = { round, seed: roundSeed, lines };
    const report = await {
      flushed: () => playFlushedRound(world, dealt),
      'data directory': () => playDataDirectoryRound(world, { ...dealt, everyMs: faultsEveryMs }),
      sentinel: () => playSentinelRound(dealt, beside),
      other: () => playRound(world, { ...dealt, kind, strike, faultsUntilMs }),
    }[kind === 'flushed' || kind === 'data directory' || kind === 'sentinel' ? kind : 'other']();
    reports.push(report);
    await world.clearSinks();
    options.onRound(report);
    if (report.violations.length > 0 && options.untilBroken) break;
  }
  return reports;
};
