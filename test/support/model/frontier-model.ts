/** What the frontier is meant to be, in plain values: no Redis, no scripts. Read this first. */
export type Model = {
  nowMs: number;
  runs: Map<string, RunModel>;
  hosts: Map<string, HostModel>;
  /** Job id -> the released line. */
  released: Map<string, ReleasedLine>;
  /** Job id -> number of the execution whose slot it is, from the second on. */
  executions: Map<string, number>;
  halted: Map<string, string>;
  bucket: { atMs?: number; tokens?: number; startAtMs?: number };
  roomWanted: number | undefined;
};

export type ReleasedLine = { host: string; run: string; record: string };

export type Outcome = { class: string; summary: string; record: string };

export type RunModel = {
  name: string;
  perHost: number;
  gapMs: number;
  rate: number;
  /** The longest crawl-delay that it obeys in ms, 0: none. */
  obeysMs: number;
  pushed: number;
  checkpoint: string;
  /** Lines in all, once the last was pushed. */
  total: number | undefined;
  isFinished: boolean;
  isPaused: boolean;
  isCancelled: boolean;
  collectedAtMs: number | undefined;
  /** URLs that may not come again. */
  seen: Set<string>;
  outcomes: Map<number, Outcome>;
  repeated: number;
  /** Lines whose record no sink has acknowledged. */
  inStream: Set<number>;
};

export type Clocks = {
  next?: number;
  last?: number;
  lastBy?: string;
  blocked?: number;
  level?: number;
  penalizedAt?: number;
  refusedSince?: number;
  hopUntil?: number;
};

export type HostModel = {
  /** Run -> its records here, the next first; a run without lines is not in it. */
  lines: Map<string, string[]>;
  /** Job id -> expiry. */
  leases: Map<string, number>;
  clocks: Clocks;
  forgottenAtMs: number;
  /** Scheme and product -> crawl-delay in ms. */
  delays: Map<string, number>;
  delaysForgottenAtMs: number;
  /** Its limit has grown since release or the end of a turn looked at it: it may be served later than it could be. */
  isLooser: boolean;
  /** Runs whose lines could leave after the step before. */
  runsBefore: string[];
};

export const newModel = (nowMs: number): Model => ({
  nowMs,
  runs: new Map(),
  hosts: new Map(),
  released: new Map(),
  executions: new Map(),
  halted: new Map(),
  bucket: {},
  roomWanted: undefined,
});

export const newRun = (
  model: Model,
  { name, perHost, gapMs, rate, obeysMs }: Pick<RunModel, 'name' | 'perHost' | 'gapMs' | 'rate' | 'obeysMs'>,
): void =>
  void model.runs.set(name, {
    name,
    perHost,
    gapMs,
    rate,
    obeysMs,
    pushed: 0,
    checkpoint: '',
    total: undefined,
    isFinished: false,
    isPaused: false,
    isCancelled: false,
    collectedAtMs: undefined,
    seen: new Set(),
    outcomes: new Map(),
    repeated: 0,
    inStream: new Set(),
  });

/** Thrown where Redis answers or holds something that the model does not allow. */
export class Violation extends Error {
  override name = 'Violation';
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

export const runOf = (model: Model, run: string): RunModel => {
  const found = model.runs.get(run);
  if (!found) throw new Error(`the model has no run ${run}`);
  return found;
};

export const hostOf = (model: Model, host: string): HostModel => {
  const known = model.hosts.get(host);
  if (known) return known;
  const none: HostModel = {
    lines: new Map(),
    leases: new Map(),
    clocks: {},
    forgottenAtMs: 0,
    delays: new Map(),
    delaysForgottenAtMs: 0,
    isLooser: false,
    runsBefore: [],
  };
  model.hosts.set(host, none);
  return none;
};

export const linesOf = (model: Model, run: string): number =>
  [...model.hosts.values()].reduce((sum, { lines }) => sum + (lines.get(run)?.length ?? 0), 0);

const lineOverheadBytes = 14;
const hostRunOverheadBytes = 300;

export const backlogOf = (model: Model): { lines: number; bytes: number } => {
  const lists = [...model.hosts.values()].flatMap(({ lines }) => [...lines.values()]);
  const records = lists.flat();
  const bytes = records.reduce((sum, record) => sum + record.length + lineOverheadBytes, 0);
  return { lines: records.length, bytes: bytes + lists.length * hostRunOverheadBytes };
};

export const lagOf = (run: RunModel): number => {
  const waiting = [...run.inStream].map((seq) => run.outcomes.get(seq));
  return waiting.reduce((sum, outcome) => sum + (outcome?.summary.length ?? 0) + (outcome?.record.length ?? 0), 0);
};

export const liveLeases = (model: Model, { leases }: HostModel): [id: string, expiry: number][] =>
  [...leases].filter(([, expiry]) => expiry > model.nowMs);

/** The strictest wish among these runs, and of the host itself as far as they obey it. */
export const limitsOf = (
  model: Model,
  { delays }: HostModel,
  runs: Iterable<string>,
): { most: number; gapMs: number } => {
  const wishes = [...runs].map((run) => runOf(model, run));
  const delayMs = Math.max(0, ...schemes.map((scheme) => delays.get(`${scheme} ${product}`) ?? 0));
  return {
    most: Math.min(...wishes.map(({ perHost }) => perHost)),
    gapMs: Math.max(...wishes.flatMap(({ gapMs, obeysMs }) => [gapMs, Math.min(obeysMs, delayMs)])),
  };
};

const schemes = ['http', 'https'];
/** Of the runs' User-Agent: by this name robots.txt calls them. */
const product = 'trawl';

export const hostHashLifeMs = 7_200_000;

export const setClocks = (model: Model, host: HostModel, clocks: Clocks): void => {
  Object.assign(host.clocks, clocks);
  host.forgottenAtMs = model.nowMs + hostHashLifeMs;
};

export const setNow = (model: Model, nowMs: number): void => {
  model.nowMs = nowMs;
  for (const host of model.hosts.values()) {
    if (host.forgottenAtMs <= nowMs) host.clocks = {};
    if (host.delaysForgottenAtMs <= nowMs) host.delays.clear();
  }
};

/** A request that left later than its start was granted: the gap counts from there. */
export const noteStart = (model: Model, { clocks }: HostModel, startedAtMs: number | undefined): void => {
  if (startedAtMs === undefined || clocks.last === undefined) return;
  if (startedAtMs > clocks.last && startedAtMs <= model.nowMs) Object.assign(clocks, { last: startedAtMs, lastBy: '' });
};

export const ownsLease = (model: Model, id: string, execution: number): boolean =>
  (model.executions.get(id) ?? 1) <= execution;
