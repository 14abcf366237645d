import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { productOf, userAgentOf } from '@trawl/shared/domain/robots-product.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { type RecordPolicy, recordPolicyOf } from './extract/extract.ts';
import { type FetchPolicy, fetchPolicyOf } from './fetch/fetch-policy.ts';
import { robotsFetchPolicyOf } from './robots-fetch-policy.ts';

export type RunPolicy = {
  settings: CrawlSettings;
  fetch: FetchPolicy;
  record: RecordPolicy;
  /** Absent: the run ignores robots.txt. */
  robots?: { product: string; fetch: FetchPolicy };
};

const mostKept = 1000;

/**
 * What each run decided, read once: a run's spec never changes. No fetch lasts longer than
 * this worker's job deadline: its lock and its lease would run out while it still asks the host.
 */
export const createRunPolicies = (readSpec: (run: string) => Promise<RunSpec | undefined>, jobDeadlineMs: number) => {
  const known = new Map<string, RunPolicy>();
  const reading = new Map<string, Promise<RunPolicy | undefined>>();

  const read = async (run: string): Promise<RunPolicy | undefined> => {
    const spec = await readSpec(run);
    if (spec === undefined) return undefined;
    const totalTimeoutMs = Math.min(spec.settings.totalTimeoutMs, jobDeadlineMs);
    const settings = { ...spec.settings, totalTimeoutMs };
    const fetch = fetchPolicyOf(settings, jobDeadlineMs);
    const policy: RunPolicy = { settings, fetch, record: recordPolicyOf(settings) };
    if (settings.robots === 'obey')
      policy.robots = {
        product: productOf(userAgentOf(settings)),
        fetch: robotsFetchPolicyOf(settings, jobDeadlineMs),
      };
    if (known.size >= mostKept) known.clear();
    known.set(run, policy);
    return policy;
  };

  return {
    /** Resolves once `of` can answer for the run; with undefined where Redis does not know it. */
    load: (run: string): Promise<RunPolicy | undefined> => {
      const found = reading.get(run) ?? read(run).finally(() => reading.delete(run));
      reading.set(run, found);
      return found;
    },
    /** Undefined until it was loaded. */
    of: (run: string): RunPolicy | undefined => known.get(run),
  };
};
