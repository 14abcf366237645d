import { backlogOf, lagOf, linesOf, type Model, must, type RunModel } from './frontier-model.ts';
import { wishedRates } from './model-of-rate.ts';
import { servedAtMs } from './model-of-release.ts';
import { keysUnder, type Picture, pairsOf } from './picture.ts';

/** Redis must hold what the model says, key by key. */
export const compare = (model: Model, picture: Picture): void => {
  for (const [name, expected, found] of parts(model, picture)) {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
    must(a === b, `${name}: the model has ${a}, Redis has ${b}`);
  }
  compareBucket(model, picture);
};

type Part = [name: string, expected: unknown, found: unknown];

function* parts(model: Model, picture: Picture): Generator<Part> {
  const { lines, bytes } = backlogOf(model);
  const backlog = pairsOf(picture.get('backlog'));
  yield ['backlog', [lines, bytes], [Number(backlog.get('lines') ?? 0), Number(backlog.get('bytes') ?? 0)]];
  const released = [...model.released].map(([id, { host, run, record }]) => [id, `${host} ${run} ${record}`]);
  yield ['released', released.toSorted(), [...pairsOf(picture.get('released'))].toSorted()];
  const executions = [...model.executions].map(([id, n]) => [id, String(n)]);
  yield ['executions', executions.toSorted(), [...pairsOf(picture.get('executions'))].toSorted()];
  yield ['halted', [...model.halted].toSorted(), [...pairsOf(picture.get('halted'))].toSorted()];
  const rates = wishedRates(model).map(([run, rate]) => [run, String(rate)]);
  yield ['rates', rates.toSorted(), [...pairsOf(picture.get('rates'))].toSorted()];
  yield ['room-wanted', model.roomWanted, picture.has('room-wanted') ? Number(picture.get('room-wanted')) : undefined];
  yield ['runs', [...model.runs.keys()].toSorted(), [...keysUnder(picture, 'run:').keys()].toSorted()];
  for (const run of model.runs.values()) yield* partsOfRun(model, run, picture);
  yield* partsOfHosts(model, picture);
}

function* partsOfRun(model: Model, run: RunModel, picture: Picture): Generator<Part> {
  const { name, outcomes } = run;
  const fields = pairsOf(picture.get(`run:${name}`));
  const state = run.isFinished ? 'finished' : run.total === undefined ? 'feeding' : 'draining';
  yield [`state of ${name}`, state, fields.get('state')];
  yield [`cancelled ${name}`, run.isCancelled, fields.has('cancelledAtMs')];
  yield [`paused ${name}`, run.isPaused, fields.has('paused')];
  yield [`checkpoint of ${name}`, run.checkpoint, picture.get(`checkpoint:${name}`)?.[0] ?? ''];
  yield [
    `bits of ${name}`,
    [...outcomes.keys()].toSorted((a, b) => a - b),
    (picture.get(`done:${name}`) ?? []).map(Number),
  ];
  const counts = new Map<string, number>();
  for (const outcome of outcomes.values()) counts.set(outcome.class, (counts.get(outcome.class) ?? 0) + 1);
  if (outcomes.size > 0) counts.set('recorded', outcomes.size);
  if (run.repeated > 0) counts.set('repeated', run.repeated);
  const found = [...pairsOf(picture.get(`count:${name}`))].map(([word, n]) => [word, Number(n)]);
  yield [`counts of ${name}`, [...counts].toSorted(), found.toSorted()];
  yield [
    `waiting of ${name}`,
    run.isFinished ? undefined : String(linesOf(model, name)),
    pairsOf(picture.get('waiting')).get(name),
  ];
  if (run.collectedAtMs !== undefined) return;
  yield [`lag of ${name}`, lagOf(run), Number(pairsOf(picture.get('lag')).get(name) ?? 0)];
  yield [`uncollected of ${name}`, run.inStream.size, Number(fields.get('uncollected') ?? 0)];
  const records = [...run.inStream].flatMap((seq) => {
    const outcome = outcomes.get(seq);
    return outcome ? [[outcome.summary, outcome.record]] : [];
  });
  if (run.isFinished) records.push(['end', String(run.total)]);
  yield [`stream of ${name}`, records.toSorted(), [...pairsOf(picture.get(`outcomes:${name}`))].toSorted()];
}

function* partsOfHosts(model: Model, picture: Picture): Generator<Part> {
  const lists = [...model.hosts].flatMap(([host, { lines }]) =>
    [...lines].map(([run, records]) => [`${host}:${run}`, records]),
  );
  yield ['lines', lists.toSorted(), [...keysUnder(picture, 'q:')].toSorted()];
  for (const [name, host] of model.hosts) {
    const isLive = ([, expiry]: [string, unknown]): boolean => Number(expiry) > model.nowMs;
    const leases = [...host.leases].filter(isLive).map(([id, expiry]) => [id, String(expiry)]);
    yield [`leases of ${name}`, leases.toSorted(), [...pairsOf(picture.get(`l:${name}`))].filter(isLive).toSorted()];
    const clocks = Object.entries(host.clocks).map(([clock, value]) => [clock, String(value)]);
    const delays = [...host.delays].map(([whose, delayMs]) => [whose, String(delayMs)]);
    yield [`delays of ${name}`, delays.toSorted(), [...pairsOf(picture.get(`robots-delay:${name}`))].toSorted()];
    yield [`clocks of ${name}`, clocks.toSorted(), [...pairsOf(picture.get(`h:${name}`))].toSorted()];
  }
}

/** Numbers with fractions go through text in Redis: near is equal. */
function compareBucket({ bucket }: Model, picture: Picture): void {
  const found = pairsOf(picture.get('bucket'));
  for (const [field, value] of [
    ['tokens', bucket.tokens],
    ['startAtMs', bucket.startAtMs],
  ] as const) {
    const inRedis = found.get(field);
    const isNear = value === undefined ? inRedis === undefined : Math.abs(value - Number(inRedis)) < 0.01;
    must(isNear, `${field} of the bucket: the model has ${value}, Redis has ${inRedis}`);
  }
}

/** Release looks at a host as soon as it can be served: no lease of a dead worker and no clock is waited for beyond that. */
export const checkReady = (model: Model, picture: Picture, lagMark: number): void => {
  const ready = pairsOf(picture.get('ready'));
  for (const [name, host] of model.hosts) {
    if (host.isLooser || host.lines.size === 0) continue;
    const atMs = servedAtMs(model, host, lagMark);
    const lookedAtMs = Number(ready.get(name));
    must(
      lookedAtMs <= atMs,
      `${name} can be served in ${atMs - model.nowMs} ms, ready says ${lookedAtMs - model.nowMs}`,
    );
  }
};
