import { isFailure, type OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';
import { showCount, showShare } from '@trawl/shared/domain/quantities.ts';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { shownSource } from '../source/shown-source.ts';
import { inColumns } from '../text/columns.ts';

/** All runs as a table, the newest first. */
export const runLines = (runs: readonly RunStatus[], program: string): string[] => {
  if (runs.length === 0) return [`There are no runs yet. ${program} run SOURCE starts one.`];
  const heading = ['run', 'state', 'lines', 'done', 'failed', 'begun (UTC)'];
  const rows = runs.map((one) => [
    one.run,
    stateOf(one),
    showCount(one.pushed),
    one.state === 'feeding' ? showCount(one.recorded) : showShare(one.recorded, one.pushed),
    showCount(failedOf(one)),
    new Date(one.createdAtMs).toISOString().slice(0, 19).replace('T', ' '),
  ]);
  return inColumns([heading, ...rows], { indent: 0, right: [2, 3, 4] });
};

/** One run, for a person. */
export const statusText = (status: RunStatus, program: string): string[] => {
  const { run, pushed, recorded, released, waiting, uncollected, classes, problem } = status;
  const lines = status.state === 'feeding' ? `${showCount(pushed)} read so far` : showCount(pushed);
  const counts = Object.entries(classes).flatMap(([name, n]) => (n === undefined ? [] : [`${name}: ${showCount(n)}`]));
  const next = status.collectedAtMs === undefined ? `${program} resume ${run}` : `${program} report ${run}`;
  return [
    `Run ${run}`,
    '',
    ...inColumns([
      ['state', stateOf(status)],
      ['input lines', lines],
      [
        'outcomes',
        `${showCount(recorded)} (${showShare(recorded, pushed)})${counts.length === 0 ? '' : `   ${counts.join('   ')}`}`,
      ],
      ...(problem === undefined ? [] : [['problem', problem]]),
      ['on their way', `${showCount(released)} released, ${showCount(waiting)} waiting`],
      ['not in a sink', showCount(uncollected)],
      ['next', next],
    ]),
  ];
};

/** A status that may be shown: headers and URLs can carry credentials. */
export const withoutSecrets = (status: RunStatus): RunStatus => {
  const { settings, source } = status.spec;
  const hidden = Object.fromEntries(Object.keys(settings.headers).map((name) => [name, '[not shown]']));
  return {
    ...status,
    spec: { ...status.spec, source: shownSource(source), settings: { ...settings, headers: hidden } },
  };
};

const stateOf = ({ state, collectedAtMs, paused, cancelledAtMs }: RunStatus): string => {
  if (state !== 'finished') return cancelledAtMs !== undefined ? 'cancelling' : paused ? 'paused' : state;
  if (collectedAtMs === undefined) return 'writing';
  return cancelledAtMs === undefined ? 'finished' : 'cancelled';
};

const failedOf = ({ classes }: RunStatus): number =>
  Object.entries(classes).reduce((sum, [name, n]) => sum + (isFailure(name as OutcomeClass) ? (n ?? 0) : 0), 0);
