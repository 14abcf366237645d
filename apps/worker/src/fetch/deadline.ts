import type { FetchPolicy } from './fetch-policy.ts';

export type TimeoutStage = 'connect' | 'headers' | 'body' | 'total';

/** `execution`: our own waits took so long that the job must end, and the host had less time than it may have. */
export type Late = TimeoutStage | 'execution';

/** A timer that comes so late was held up by more than a busy event loop. */
const standstillMs = 500;
/** To read what has come meanwhile. */
const toCatchUpMs = 500;

/**
 * The four time limits of one fetch, with one timer. The timer is not moved when the fetch goes on: it wakes after the
 * shortest limit, looks what the current stage still has, and sleeps again. A quick fetch pays for one timer that never fires,
 * and a drip that keeps its stage alive still meets the total.
 */
export class Deadline {
  readonly #policy: FetchPolicy;
  readonly #now: () => number;
  readonly #onLate: (stage: Late) => void;
  readonly #beganAtMs: number;
  #startedAtMs: number;
  #timer: NodeJS.Timeout;
  #stage: TimeoutStage = 'total';
  #sinceMs: number;
  #dueAtMs = 0;
  #pausedAtMs: number | undefined;

  constructor(policy: FetchPolicy, now: () => number, onLate: (stage: Late) => void) {
    this.#policy = policy;
    this.#now = now;
    this.#onLate = onLate;
    this.#beganAtMs = now();
    this.#startedAtMs = this.#beganAtMs;
    this.#sinceMs = this.#beganAtMs;
    this.#timer = this.#wakeIn(policy.shortestTimeoutMs, this.#beganAtMs);
  }

  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** The fetch has come to a stage, or the stage has shown life. `total` stands for a wait that is not the host's. */
  enter(stage: TimeoutStage, atMs: number): void {
    this.#stage = stage;
    this.#sinceMs = atMs;
  }

  /** What comes now is ours, not the host's. */
  pause(atMs: number): void {
    this.#pausedAtMs ??= atMs;
  }

  resume(stage: TimeoutStage, atMs: number): void {
    this.#startedAtMs += atMs - (this.#pausedAtMs ?? atMs);
    this.#pausedAtMs = undefined;
    this.enter(stage, atMs);
  }

  /** What went before does not count. */
  restart(): void {
    this.#startedAtMs = this.#now();
    this.#sinceMs = this.#startedAtMs;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  wake(): void {
    const { shortestTimeoutMs, totalTimeoutMs, executionMs } = this.#policy;
    const nowMs = this.#now();
    const lateMs = nowMs - this.#dueAtMs;
    if (lateMs > standstillMs) this.#forgive(lateMs + toCatchUpMs, nowMs);
    const isPaused = this.#pausedAtMs !== undefined;
    const totalLeftMs = isPaused ? Number.POSITIVE_INFINITY : this.#startedAtMs + totalTimeoutMs - nowMs;
    const stageLeftMs = isPaused ? Number.POSITIVE_INFINITY : this.#sinceMs + this.#limitMs() - nowMs;
    const executionLeftMs = this.#beganAtMs + executionMs - nowMs;
    const hostsLeftMs = Math.min(totalLeftMs, stageLeftMs);
    // A timer may fire up to a millisecond early.
    if (hostsLeftMs < 1) this.#onLate(totalLeftMs <= stageLeftMs ? 'total' : this.#stage);
    else if (executionLeftMs < 1) this.#onLate('execution');
    else this.#timer = this.#wakeIn(Math.min(hostsLeftMs, executionLeftMs, shortestTimeoutMs), nowMs);
  }

  #wakeIn(ms: number, nowMs: number): NodeJS.Timeout {
    this.#dueAtMs = nowMs + ms;
    return setTimeout(wake, ms, this);
  }

  /** Timers come before what has arrived meanwhile: a process that stood still would blame the host. */
  #forgive(ms: number, nowMs: number): void {
    this.#startedAtMs = Math.min(nowMs, this.#startedAtMs + ms);
    this.#sinceMs = Math.min(nowMs, this.#sinceMs + ms);
  }

  #limitMs(): number {
    switch (this.#stage) {
      case 'connect':
        return this.#policy.connectTimeoutMs;
      case 'headers':
        return this.#policy.headersTimeoutMs;
      case 'body':
        return this.#policy.bodyTimeoutMs;
      case 'total':
        return Number.POSITIVE_INFINITY;
    }
  }
}

const wake = (deadline: Deadline): void => deadline.wake();
