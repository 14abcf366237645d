import { must } from './frontier-model.ts';
import { keysUnder, type Picture, pairsOf } from './picture.ts';

/** The invariants of ARCHITECTURE.md, from what Redis holds alone: the model is not asked. */
export const checkInvariants = (picture: Picture): void => {
  const runs = keysUnder(picture, 'run:');
  const lists = keysUnder(picture, 'q:');
  const released = [...pairsOf(picture.get('released')).values()].map((value) => value.split(' ', 2));
  const waiting = pairsOf(picture.get('waiting'));
  for (const [run, fields] of runs) {
    const isOfRun = ([list]: [string, string[]]): boolean => list.endsWith(`:${run}`);
    const lines = [...lists].filter(isOfRun).reduce((sum, [, records]) => sum + records.length, 0);
    const releasedHere = released.filter(([, name]) => name === run).length;
    checkBooks(picture, { run, fields: pairsOf(fields), lines, releasedHere });
    const counted = waiting.get(run);
    must(Number(counted ?? 0) === lines, `waiting of ${run} is ${counted}, its lines are ${lines}`);
  }
  checkHosts(picture, lists);
  checkStreams(picture);
};

type Books = { run: string; fields: Map<string, string>; lines: number; releasedHere: number };

function checkBooks(picture: Picture, { run, fields, lines, releasedHere }: Books): void {
  const bits = picture.get(`done:${run}`)?.length ?? 0;
  const pushed = Number(fields.get('pushed') ?? 0);
  must(
    pushed === bits + lines + releasedHere,
    `${run}: pushed ${pushed}, bits ${bits} + lines ${lines} + released ${releasedHere}`,
  );
  const counts = pairsOf(picture.get(`count:${run}`));
  const classes = [...counts].filter(([name]) => name !== 'recorded' && name !== 'repeated');
  const sum = classes.reduce((all, [, n]) => all + Number(n), 0);
  must(sum === bits && Number(counts.get('recorded') ?? 0) === bits, `${run}: ${bits} bits, classes sum up to ${sum}`);
  const total = fields.get('total');
  const isComplete = total !== undefined && bits === Number(total);
  must((fields.get('state') === 'finished') === isComplete, `${run} is ${fields.get('state')}, ${bits} of ${total}`);
  must(Number(fields.get('uncollected') ?? 0) >= 0, `${run} counts ${fields.get('uncollected')} uncollected`);
}

/** A host with lines stands in `ready` and names each run once; the backlog is what all of them hold. */
function checkHosts(picture: Picture, lists: Map<string, string[]>): void {
  const runsOfHost = Map.groupBy(
    [...lists.keys()].map((list) => list.split(':') as [string, string]),
    ([host]) => host,
  );
  const ready = pairsOf(picture.get('ready'));
  const named = [...keysUnder(picture, 'r:')];
  must(
    named.length === runsOfHost.size && ready.size === named.length,
    `hosts with lines: ${[...runsOfHost.keys()]}, with runs: ${named.map(([host]) => host)}, ready: ${[...ready.keys()]}`,
  );
  for (const [host, runs] of named) {
    const expected = (runsOfHost.get(host) ?? []).map(([, run]) => run).toSorted();
    must(String(runs.toSorted()) === String(expected), `${host} names runs ${runs}, has lines of ${expected}`);
    must(ready.has(host), `${host} has lines and is not in ready`);
  }
  const lines = [...lists.values()].flat();
  const bytes = lines.reduce((sum, line) => sum + line.length + 14, 0) + lists.size * 300;
  const backlog = pairsOf(picture.get('backlog'));
  must(Number(backlog.get('lines') ?? 0) === lines.length, `backlog of ${backlog.get('lines')}, lines ${lines.length}`);
  must(Number(backlog.get('bytes') ?? 0) === bytes, `backlog of ${backlog.get('bytes')} bytes, lines have ${bytes}`);
  const wanted = picture.get('room-wanted')?.[0];
  must(wanted === undefined || bytes > Number(wanted), `a producer waits for ${wanted} bytes, ${bytes} are left`);
}

/** A line is in the stream at most once, and then its bit is set. */
function checkStreams(picture: Picture): void {
  for (const [run, fields] of keysUnder(picture, 'outcomes:')) {
    const seqs = [...pairsOf(fields)].length;
    must(seqs * 2 === fields.length, `${run} has a record twice in its stream`);
    const bits = new Set(picture.get(`done:${run}`));
    const numbers = fields
      .filter((field, i) => i % 2 === 0 && field !== 'end')
      .map((text) => text.split(' ', 1)[0] ?? '');
    must(new Set(numbers).size === numbers.length, `${run} has a line twice in its stream: ${numbers}`);
    must(
      numbers.every((seq) => bits.has(seq)),
      `${run} has a record in its stream whose bit is not set: ${numbers}`,
    );
  }
}
