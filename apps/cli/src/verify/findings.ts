import { showCount, showNumberOf } from '@trawl/shared/domain/quantities.ts';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import type { LedgerReading } from '@trawl/shared/frontier/ledger.ts';
import type { RecordTally } from '../records/tally-records.ts';
import type { InputCount } from './count-inputs.ts';

/** One thing that was compared. `skipped`: it could not be, which is no failure. */
export type Finding = { what: string; verdict: 'ok' | 'wrong' | 'skipped'; details: string[] };

/** Everything that was read of a run; what could not be read says why. */
export type Evidence = {
  status: RunStatus;
  ledger: LedgerReading;
  /** Released entries of this run, and how many lie in its frontier lists. */
  released: number;
  files: { path: string; tally: RecordTally | { why: string } }[];
  /** The kept stream, with the sink redis. */
  kept?: { tally: RecordTally; maxRecords: number };
  inputs: InputCount;
};

/** Judges the evidence. A run is as promised when no finding is wrong. */
export const findingsOf = (evidence: Evidence): Finding[] => [
  allRead(evidence),
  bits(evidence),
  counters(evidence),
  nothingLeft(evidence),
  ...evidence.files.map((file) => fileFinding(file, evidence)),
  ...(evidence.kept === undefined ? [] : [keptFinding(evidence.kept, evidence)]),
  sourceFinding(evidence),
];

const finding = (what: string, details: string[]): Finding => ({
  what,
  verdict: details.length === 0 ? 'ok' : 'wrong',
  details,
});

const skipped = (what: string, why: string): Finding => ({ what, verdict: 'skipped', details: [why] });

function allRead({ status }: Evidence): Finding {
  const lines = showNumberOf(status.pushed, 'input line');
  if (status.state === 'feeding')
    return finding(`the source was read to its end`, [`it was not: ${lines} so far; trawl resume goes on`]);
  return finding(`the source was read to its end: ${lines}`, []);
}

function bits({ status: { pushed }, ledger: { bitsSet, missing, missingCount }, inputs }: Evidence): Finding {
  const beyond = bitsSet - (pushed - missingCount);
  return finding(`every line has its bit in the ledger: ${showCount(pushed - missingCount)} of ${showCount(pushed)}`, [
    ...(missingCount === 0 ? [] : [`without an outcome: ${named(missing, missingCount, inputs)}`]),
    ...(beyond === 0 ? [] : [`${showCount(beyond)} bits are set beyond the last line`]),
  ]);
}

function counters({ status: { recorded, classes }, ledger }: Evidence): Finding {
  const sum = Object.values(classes).reduce((all: number, n) => all + (n ?? 0), 0);
  return finding(`the classes add up to the outcomes: ${showCount(sum)}`, [
    ...(sum === ledger.bitsSet ? [] : [`the ledger has ${showCount(ledger.bitsSet)}`]),
    ...(recorded === ledger.bitsSet ? [] : [`its counter says ${showCount(recorded)}`]),
  ]);
}

function nothingLeft({ status, released }: Evidence): Finding {
  return finding('nothing is left on the way', [
    ...(released === 0 ? [] : [`${showCount(released)} URLs are released and have no outcome`]),
    ...(status.uncollected === 0 ? [] : [`${showCount(status.uncollected)} records are in no sink`]),
    ...(status.state === 'finished' && status.collectedAtMs === undefined ? ['the sinks are not complete'] : []),
  ]);
}

function fileFinding({ path, tally }: Evidence['files'][number], evidence: Evidence): Finding {
  if ('why' in tally) return skipped('the results', tally.why);
  return finding(
    `${path} holds every line exactly once: ${showCount(tally.distinct)} records`,
    tallyProblems(tally, evidence),
  );
}

function keptFinding({ tally, maxRecords }: NonNullable<Evidence['kept']>, evidence: Evidence): Finding {
  const what = `Redis keeps the records: ${showCount(tally.distinct)}`;
  const mayBeTrimmed = tally.missing > 0 && (evidence.status.pushed > maxRecords || tally.distinct === 0);
  if (mayBeTrimmed && tally.repeated + tally.strange === 0)
    return skipped(what, `its retention removed ${showCount(tally.missing)} of them`);
  return finding(what, tallyProblems(tally, evidence));
}

function tallyProblems(tally: RecordTally, { status, inputs }: Evidence): string[] {
  const otherClasses = Object.keys({ ...tally.classes, ...status.classes }).filter(
    (each) => (tally.classes[each] ?? 0) !== (status.classes[each] ?? 0),
  );
  const isWhole = tally.missing === 0;
  return [
    ...(isWhole ? [] : [`without a record: ${named(tally.missingSeqs, tally.missing, inputs)}`]),
    ...(tally.repeated === 0
      ? []
      : [`with more than one record: ${named(tally.repeatedSeqs, tally.repeated, inputs)}`]),
    ...(tally.strange === 0
      ? []
      : [`${showNumberOf(tally.strange, 'line')} of it no record of this run: ${tally.strangeAt.join('; ')}`]),
    ...(isWhole
      ? otherClasses.map(
          (each) =>
            `${each}: ${showCount(tally.classes[each] ?? 0)} records, ${showCount(status.classes[each] ?? 0)} counted`,
        )
      : []),
  ];
}

function sourceFinding({ status, inputs }: Evidence): Finding {
  if (inputs.kind === 'skipped') return skipped('the source, counted again', inputs.why);
  const isOther = status.state !== 'feeding' && inputs.inputs !== status.pushed;
  const details = isOther ? [`the run has ${showCount(status.pushed)}: it has changed since, or was misread`] : [];
  return finding(`the source, counted again, has ${showNumberOf(inputs.inputs, 'input line')}`, details);
}

/** `seq 4 (line 9), seq 7 (line 12) and 3 more` */
function named(seqs: number[], count: number, inputs: InputCount): string {
  const words = seqs.map((seq) => {
    const line = inputs.kind === 'counted' ? inputs.lineOf.get(seq) : undefined;
    return line === undefined ? `seq ${seq}` : `seq ${seq} (line ${line})`;
  });
  const rest = count - seqs.length;
  return `${words.join(', ')}${rest > 0 ? ` and ${showCount(rest)} more` : ''}`;
}
