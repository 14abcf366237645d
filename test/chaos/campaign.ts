import { parseArgs } from 'node:util';
import { runCampaign } from '../support/chaos/campaign.ts';
import { figuresOf, tableOf } from '../support/chaos/campaign-figures.ts';
import { startCampaignWorld } from '../support/chaos/campaign-world.ts';
import { type RoundKind, roundKinds } from '../support/chaos/deal-round.ts';
import { faultGroups, faultsNamed } from '../support/chaos/faults/all-faults.ts';
import type { RoundReport } from '../support/chaos/round.ts';

/** `npm run chaos`: a fleet under attack for as long as wished. Exits with 1 when a promise was broken. */
const usage = `npm run chaos -- [--seed N] [--minutes M] [--lines N] [--faults NAME,NAME] [--every MS] [--kind KIND] [--until-broken] [--keep] [--json]

  --seed          what is done when; the same seed does the same (default 1)
  --minutes       rounds are begun until then (default 1)
  --lines         input lines of a plain round (default 10000)
  --faults        none; groups: ${Object.keys(faultGroups).join(', ')}; or single ones:
                  ${Object.values(faultGroups)
                    .map((group) => Object.keys(group).join(', '))
                    .join('\n                  ')}
  --every         ms between two faults, on average (default 1500)
  --kind          rounds of one kind only: ${roundKinds.join(', ')}
  --until-broken  stop after the first round that breaks a promise
  --keep          leave lists, results and logs where they are
  --json          the figures as JSON on stdout, no table
`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const tell = (report: RoundReport): void => {
  const { round, kind, urls, requests, repeated, excused, wallMs, violations, happenings } = report;
  say(
    `round ${round} (${kind}, seed ${report.seed}): ${urls} lines, ${requests} requests (${repeated} again), ` +
      `${happenings.length} happenings, ${Math.round(wallMs / 1000)} s, ${violations.length} violations; ` +
      `excused: ${excused.pairsAroundLostWrites} pairs and ${excused.hostsAroundLostWrites} hosts around lost writes, ` +
      `${excused.pairsStampedLate} pairs stamped late, ${excused.pairsHeldUpOnTheWay} held up on the way, ${excused.chainsBegunAgain} chains begun again`,
  );
  const skipped = happenings
    .filter(({ what }) => what === 'fault skipped')
    .map(({ about }) => `${about['kind']}: ${about['reason']}`);
  for (const each of new Set(skipped)) say(`  skipped ${each}`);
  for (const { promise, details } of violations) say(`  BROKEN ${promise}\n         ${details}`);
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '1' },
      lines: { type: 'string', default: '10000' },
      faults: { type: 'string', default: '' },
      every: { type: 'string', default: '1500' },
      kind: { type: 'string' },
      'until-broken': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const world = await startCampaignWorld({ keepFiles: values.keep });
  if (values.keep) say(`files are in ${world.directory}`);
  try {
    const rounds = await runCampaign(world, {
      seed: Number(values.seed),
      minutes: Number(values.minutes),
      lines: Number(values.lines),
      faults: faultsNamed(values.faults),
      faultsEveryMs: Number(values.every),
      ...(values.kind !== undefined && { kind: values.kind as RoundKind }),
      untilBroken: values['until-broken'],
      keepFiles: values.keep,
      onRound: (report) => {
        tell(report);
        if (report.violations.length > 0) say(world.timeline.text(report.happenings[0]?.atMs));
      },
    });
    const figures = figuresOf(rounds);
    process.stdout.write(`${values.json ? JSON.stringify(figures) : tableOf(figures)}\n`);
    return figures.violations === 0 ? 0 : 1;
  } finally {
    await world.stop();
  }
};

process.exitCode = await main();
