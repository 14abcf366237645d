import type { Redis } from './redis.ts';

/** Of the answer to CLIENT LIST: one line a connection, words `field=value`. */
export const clientNames = (list: string): string[] =>
  list.split('\n').flatMap((line) => {
    const name = /(?:^| )name=(\S+)/.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });

/** Which kinds of Trawl processes are connected now; undefined where the server does not let us ask. */
export const connectedRoles = async (redis: Redis): Promise<Set<string> | undefined> => {
  try {
    const names = clientNames(String(await redis.client('LIST')));
    return new Set(names.flatMap((name) => /^trawl:(.+):\d+$/.exec(name)?.[1] ?? []));
  } catch (error) {
    if (error instanceof Error && /NOPERM|unknown command/i.test(error.message)) return undefined;
    throw error;
  }
};
