import type { BenchWorld } from './bench-world.ts';
import type { Figure } from './figure.ts';

/** One thing that is measured. `run` throws when it cannot be measured, or when a crawl ended wrong. */
export type BenchCase = {
  name: string;
  about: string;
  /** It runs only when `--only` names it. */
  isOptIn?: true;
  /** Longer than this, and it hangs; a case that names none takes a minute at most. */
  deadlineMs?: number;
  run: (world: BenchWorld) => Promise<CaseResult>;
};

export type CaseResult =
  /** `appendix`: lines below the table, for a reader who asked for more. */
  | { kind: 'measured'; figures: Figure[]; notes: string[]; appendix?: string[]; detail: Record<string, unknown> }
  /** Something that the case needs is not on this machine; `reason` says what, and how to get it. */
  | { kind: 'skipped'; reason: string };
