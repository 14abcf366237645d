import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { type FetchPolicy, fetchPolicyOf } from './fetch/fetch-policy.ts';

export type RunPolicy = { settings: CrawlSettings; fetch: FetchPolicy };

/** What each run decided, read once: a run's spec never changes. Undefined: no such run (it was removed). */
export const createRunPolicies = (readSpec: (run: string) => Promise<RunSpec | undefined>) => {
  const known = new Map<string, Promise<RunPolicy | undefined>>();
  const mostKept = 1000;

  const read = async (run: string): Promise<RunPolicy | undefined> => {
    const spec = await readSpec(run);
    if (spec === undefined) known.delete(run);
    return spec && { settings: spec.settings, fetch: fetchPolicyOf(spec.settings) };
  };

  return (run: string): Promise<RunPolicy | undefined> => {
    const found = known.get(run);
    if (found) return found;
    const policy = read(run);
    policy.catch(() => known.delete(run));
    if (known.size >= mostKept) known.clear();
    known.set(run, policy);
    return policy;
  };
};
