import { planRun } from '../plan-run.ts';
import { readRunSettings } from '../read-run-settings.ts';
import { withRedis } from '../redis-of-command.ts';
import { refuseUnwritable } from '../refuse-unwritable.ts';
import type { Invocation } from './command.ts';

/** `trawl run SOURCE...`: a new run, from its list to its report. */
export const run = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const wish = await readRunSettings(invocation);
  const plan = await planRun(wish, shell);
  await refuseUnwritable(plan.sinks);
  const steps = Promise.all([import('../runs/create-run.ts'), import('../run-crawl.ts')]); // while Redis starts
  return withRedis(wish.settings, shell, async (place) => {
    const [{ createRun }, { runCrawl }] = await steps;
    const spec = await createRun(place.redis, plan, shell);
    return runCrawl({ spec, isNew: true }, { place, wish: { ...wish.settings, given: wish.given }, shell });
  });
};
