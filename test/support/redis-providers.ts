import { connectionsTo, startTestRedis, type TestRedis } from './redis-for-tests.ts';

/** A way to get a Redis. `unavailable` says why this one cannot be had here; it stands in the name of the skipped tests. */
export type RedisProvider = { name: string; unavailable: string | undefined; start: () => Promise<TestRedis> };

const image = process.env.TRAWL_TEST_REDIS_IMAGE ?? 'redis:7-alpine';

/** Every kind of Redis that the tests know how to get: all of them run the same contract. */
export const redisProviders = async (): Promise<RedisProvider[]> => [
  { name: 'embedded', unavailable: undefined, start: startTestRedis },
  { name: `container of ${image}`, unavailable: await whyNoContainer(), start: startRedisContainer },
];

async function startRedisContainer(): Promise<TestRedis> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const settings = { appendonly: 'yes', appendfsync: 'everysec', save: '', 'maxmemory-policy': 'noeviction' };
  const container = await new GenericContainer(image)
    .withExposedPorts(6379)
    .withCommand([
      'redis-server',
      ...Object.entries({ ...settings, 'hash-max-listpack-value': '512', 'protected-mode': 'no' }).flatMap(([k, v]) => [
        `--${k}`,
        v,
      ]),
    ])
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  const connections = connectionsTo(`redis://${container.getHost()}:${container.getMappedPort(6379)}/0`);
  return {
    ...connections,
    stop: async () => {
      await connections.close();
      await container.stop();
    },
  };
}

/** An image that the caller named must work; the default one may be out of reach of a machine without network. */
async function whyNoContainer(): Promise<string | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    if (process.env.TRAWL_TEST_REDIS_IMAGE !== undefined) return undefined;
    await client.container.dockerode.getImage(image).inspect();
    return undefined;
  } catch (error) {
    const first = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return /no such image/i.test(first ?? '')
      ? `the image is not here: docker pull ${image}`
      : `no Docker answers: ${first}`;
  }
}
