import type { RequestOverrides } from './request-overrides.ts';

/**
 * One URL of a run as the frontier holds it. Its text is
 *   "<seq> <release> <line> <attempts> <deferredSinceMs> <url>[ <overrides as JSON>]"
 * (a canonical URL has no spaces). `release` counts how often the URL has left the frontier, so that every release
 * has a job id of its own and a late execution of an earlier one is recognised.
 */
export type FrontierLine = {
  seq: number;
  release: number;
  line: number;
  /** Attempts already spent before this release. */
  attempts: number;
  /** Redis ms of the first deferral, 0 when never deferred. */
  deferredSinceMs: number;
  url: string;
  overrides?: RequestOverrides;
};

export const encodeLine = (l: FrontierLine): string => {
  const head = `${l.seq} ${l.release} ${l.line} ${l.attempts} ${l.deferredSinceMs} ${l.url}`;
  return l.overrides === undefined ? head : `${head} ${JSON.stringify(l.overrides)}`;
};

export const decodeLine = (text: string): FrontierLine => {
  const words = text.split(' ', 6);
  const [seq, release, line, attempts, deferredSinceMs, url] = words;
  if (url === undefined) throw new Error(`not a frontier line: ${text.slice(0, 200)}`);
  const head = { seq: Number(seq), release: Number(release), line: Number(line), attempts: Number(attempts) };
  const rest = text.slice(words.join(' ').length + 1);
  return {
    ...head,
    deferredSinceMs: Number(deferredSinceMs),
    url,
    ...(rest === '' ? {} : { overrides: JSON.parse(rest) as RequestOverrides }),
  };
};

/** The BullMQ job's id, also the name of the lease and of the released entry. */
export const jobIdOf = (run: string, line: { seq: number; release: number }): string =>
  `${run}-${line.seq}-${line.release}`;
