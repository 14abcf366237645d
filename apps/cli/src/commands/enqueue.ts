import { planRun } from '../plan-run.ts';
import { readRunSettings } from '../read-run-settings.ts';
import { withRedis } from '../redis-of-command.ts';
import type { Invocation } from './command.ts';

/** `trawl enqueue SOURCE...`: a new run with all of its lines; others crawl it. */
export const enqueue = async (invocation: Invocation): Promise<number> => {
  const { shell } = invocation;
  const wish = await readRunSettings(invocation);
  const plan = await planRun(wish, shell);
  return withRedis(wish.settings, shell, async (place) => {
    const { createRun } = await import('../runs/create-run.ts');
    const { feedRun } = await import('../feed-run.ts');
    const spec = await createRun(place.redis, plan, shell);
    return feedRun(spec, { place, wish: { ...wish.settings, given: wish.given }, shell });
  });
};
