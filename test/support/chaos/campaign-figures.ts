import { medianOf } from './recovery-times.ts';
import type { RoundReport } from './round.ts';

/** What a campaign amounts to. */
export type CampaignFigures = ReturnType<typeof figuresOf>;

const countOf = (rounds: readonly RoundReport[], holds: (what: string) => boolean): number =>
  rounds.reduce((sum, { happenings }) => sum + happenings.filter(({ what }) => holds(what)).length, 0);

export const figuresOf = (rounds: readonly RoundReport[]) => {
  const sum = (of: (round: RoundReport) => number): number => rounds.reduce((all, round) => all + of(round), 0);
  const askedAgainMs = rounds.flatMap(({ times }) => times.askedAgainMs);
  const failovers = rounds.flatMap(({ times }) => times.failovers);
  const firstFetchMs = rounds.flatMap(({ times }) => times.firstFetchMs);
  return {
    rounds: rounds.length,
    wallSeconds: Math.round(sum(({ wallMs }) => wallMs) / 1000),
    urls: sum(({ urls }) => urls),
    requests: sum(({ requests }) => requests),
    repeatedRequests: sum(({ repeated }) => repeated),
    gapsJudged: sum(({ pairs }) => pairs),
    excused: {
      pairsAroundLostWrites: sum(({ excused }) => excused.pairsAroundLostWrites),
      pairsHeldUpOnTheWay: sum(({ excused }) => excused.pairsHeldUpOnTheWay),
      pairsStampedLate: sum(({ excused }) => excused.pairsStampedLate),
      chainsBegunAgain: sum(({ excused }) => excused.chainsBegunAgain),
      hostsAroundLostWrites: sum(({ excused }) => excused.hostsAroundLostWrites),
    },
    processKills: countOf(rounds, (what) => what === 'SIGKILL'),
    terminations: countOf(rounds, (what) => what === 'SIGTERM'),
    standstills: countOf(rounds, (what) => what === 'SIGSTOP'),
    redisKills: countOf(rounds, (what) => what === 'redis killed'),
    aofCuts: countOf(rounds, (what) => what.startsWith('tail of')),
    networkFaults: countOf(rounds, (what) => what.startsWith('network: ') && what !== 'network: well again'),
    networkStorms: countOf(rounds, (what) => what === 'network: storm' || what === 'client kill storm'),
    disksFull: countOf(rounds, (what) => /^disk of .* is full$/.test(what)),
    rightsTaken: countOf(rounds, (what) => what.endsWith('may not be written')),
    faultsSkipped: countOf(rounds, (what) => what === 'fault skipped'),
    commitPoints: countOf(rounds, (what) => what === 'at a commit point'),
    endedByThemselves: countOf(rounds, (what) => what === 'ended by itself'),
    askedAgain: { cases: askedAgainMs.length, medianMs: medianOf(askedAgainMs), mostMs: Math.max(0, ...askedAgainMs) },
    firstFetch: { cases: firstFetchMs.length, medianMs: medianOf(firstFetchMs), mostMs: Math.max(0, ...firstFetchMs) },
    failovers: countOf(rounds, (what) => what === 'Sentinel has failed over'),
    ...Object.fromEntries(
      ['kill', 'freeze', 'by hand'].map((way) => {
        const ms = failovers.filter((each) => each.way === way).map((each) => each.ms);
        return [`failover ${way}`, { firstFetches: ms.length, medianMs: medianOf(ms), mostMs: Math.max(0, ...ms) }];
      }),
    ),
    violations: sum(({ violations }) => violations.length),
  };
};

/** One figure a line; those of a group follow its name. */
export const tableOf = (figures: CampaignFigures): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name.padEnd(20)} ${typeof value === 'number' ? value : partsOf(value)}`)
    .join('\n');

const partsOf = (parts: Record<string, number | undefined>): string =>
  Object.entries(parts)
    .map(([name, value]) => `${name} ${value === undefined ? '-' : Math.round(value)}`)
    .join(', ');
