import { connectOnce, disconnectRedis, type Redis } from '../redis.ts';
import { parseInfo } from '../redis-facts.ts';
import { connectionTo, type Endpoint } from './endpoint.ts';

/** What the port of an endpoint says. A stranger's program on the port cannot know the password: it counts as silent. */
export type Answer = 'ready' | 'loading' | 'silent';

const answerTimeoutMs = 2000;

export const probe = async (endpoint: Endpoint): Promise<Answer> => {
  try {
    await askOnce(endpoint, { role: 'probe', timeoutMs: answerTimeoutMs }, (redis) => redis.ping());
    return 'ready';
  } catch (error) {
    return error instanceof Error && error.message.startsWith('LOADING') ? 'loading' : 'silent';
  }
};

/** One connection for one question. Rejects with the first error: nothing is tried again. */
export const askOnce = async <T>(
  endpoint: Endpoint,
  options: { role: string; timeoutMs: number },
  ask: (redis: Redis) => Promise<T>,
): Promise<T> => {
  const redis = await connectOnce(connectionTo(endpoint), options);
  try {
    return await ask(redis);
  } finally {
    await disconnectRedis(redis);
  }
};

export const serverInfo = (endpoint: Endpoint): Promise<Record<string, string | undefined>> =>
  askOnce(endpoint, { role: 'probe', timeoutMs: answerTimeoutMs }, async (redis) => parseInfo(await redis.info()));
