import type { ExchangeEnd } from './exchange-end.ts';
import type { ExchangeTools } from './exchange-tools.ts';

/** Waits until a request may leave, which is no time of the host's. Answers how the exchange ends where it may not. */
export const untilDue = async ({
  deadline,
  departure,
  now,
}: Pick<ExchangeTools, 'deadline' | 'departure' | 'now'>): Promise<ExchangeEnd | undefined> => {
  deadline.pause(now());
  try {
    return (await departure.comesUp()) ? undefined : { kind: 'no-turn' };
  } catch (error) {
    return { kind: 'broken', error };
  } finally {
    deadline.resume('connect', now());
  }
};
