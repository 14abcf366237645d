import type { FetchPolicy } from './fetch-policy.ts';

export type TimeoutStage = 'connect' | 'headers' | 'body' | 'total';

/** `execution`: our own waits took so long that the job must end, and the host had less time than it may have. */
export type Late = TimeoutStage | 'execution';

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
  #pausedAtMs: number | undefined;

  constructor(policy: FetchPolicy, now: () => number, onLate: (stage: Late) => void) {
    this.#policy = policy;
    this.#now = now;
    this.#onLate = onLate;
    this.#beganAtMs = now();
    this.#startedAtMs = this.#beganAtMs;
    this.#sinceMs = this.#beganAtMs;
    this.#timer = setTimeout(wake, policy.shortestTimeoutMs, this);
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
    const isPaused = this.#pausedAtMs !== undefined;
    const totalLeftMs = isPaused ? Number.POSITIVE_INFINITY : this.#startedAtMs + totalTimeoutMs - nowMs;
    const stageLeftMs = isPaused ? Number.POSITIVE_INFINITY : this.#sinceMs + this.#limitMs() - nowMs;
    const executionLeftMs = this.#beganAtMs + executionMs - nowMs;
    const hostsLeftMs = Math.min(totalLeftMs, stageLeftMs);
    // A timer may fire up to a millisecond early.
    if (hostsLeftMs < 1) this.#onLate(totalLeftMs <= stageLeftMs ? 'total' : this.#stage);
    else if (executionLeftMs < 1) this.#onLate('execution');
    else this.#timer = setTimeout(wake, Math.min(hostsLeftMs, executionLeftMs, shortestTimeoutMs), this);
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
