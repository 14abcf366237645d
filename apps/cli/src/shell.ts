import type { Writable } from 'node:stream';

/** What a command knows of the world around it; main.ts makes the real one, tests make others. */
export type Shell = {
  /** The words after `trawl`. */
  args: string[];
  variables: Record<string, string | undefined>;
  /** Absolute. */
  cwd: string;
  /** What the user typed to get here, for messages that say what to type next: `trawl` or `npx trawl`. */
  program: string;
  /** The Node that child processes run on. */
  execPath: string;
  /** Of that Node, without a `v`. */
  nodeVersion: string;
  stdout: Screen;
  stderr: Screen;
  /** Milliseconds since 1970 on this machine's clock: for rates and refreshes, never for what is stored. */
  now: () => number;
  random: () => number;
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP; its reason is the signal's name. */
  stop: AbortSignal;
  /** Aborts at the second one, a moment before the process ends: children must be killed in the handler itself. */
  kill: AbortSignal;
};

export type Screen = Writable & { isTTY?: boolean | undefined; columns?: number | undefined };
