import { planRun } from '../plan-run.ts';
import { readRunSettings } from '../read-run-settings.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';

/** `trawl run SOURCE...`: a new run, from its list to its report. */
export const run = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const wish = await readRunSettings(invocation);
  const plan = await planRun(wish, shell);
  return withRedis(wish.settings, shell, async (place) => {
    const { createRun } = await import('../runs/create-run.ts');
    const { runCrawl } = await import('../run-crawl.ts');
    const spec = await createRun(place.redis, plan, shell);
    return runCrawl({ spec, isNew: true }, { place, wish: { ...wish.settings, given: wish.given }, shell });
  });
};
