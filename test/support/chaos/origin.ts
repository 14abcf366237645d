import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { HostArrivals } from '../pretend-web/judge-arrivals.ts';
import { putFirst } from '../put-first.ts';
import type { Standstill } from './standstills.ts';

/** Everything that the origin saw since the last reset, on the machine's clock. */
export type OriginLog = { hosts: Map<string, HostArrivals>; standstills: Standstill[] };

export type Origin = Awaited<ReturnType<typeof startOrigin>>;

/** The pretend web in a process of its own: the judges must not stop its clock. */
export const startOrigin = async () => {
  const child = fork(fileURLToPath(new URL('./origin-process.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  putFirst(child.pid);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];

  let onPoison = (_clientPort: number): void => undefined;
  let answered = Promise.withResolvers<unknown>();
  child.on('message', (message: { poisonedPort?: number }) => {
    if (message.poisonedPort === undefined) answered.resolve(message);
    else onPoison(message.poisonedPort);
  });
  let last: Promise<unknown> = Promise.resolve();
  /** One question at a time: an answer carries no number. */
  const ask = <T>(question: 'reset' | 'total' | 'log'): Promise<T> => {
    const answer = last.then(async () => {
      answered = Promise.withResolvers();
      child.send(question);
      return (await answered.promise) as T;
    });
    last = answer;
    return answer;
  };

  return {
    port,
    pid: child.pid ?? 0,
    /** Told of the port of each client that asks for poison. */
    whenPoisoned: (listener: (clientPort: number) => void): void => void (onPoison = listener),
    total: async (): Promise<number> => (await ask<{ total: number }>('total')).total,
    reset: async (): Promise<void> => void (await ask('reset')),
    log: async (): Promise<OriginLog> => {
      const { hosts, standstills } = await ask<{ hosts: Record<string, HostArrivals>; standstills: Standstill[] }>(
        'log',
      );
      return { hosts: new Map(Object.entries(hosts)), standstills };
    },
    close: async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};
