/** A main whose behaviour is chosen by argv[2]; writes what happens to it to stdout, one word a line. */
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

const say = (word: string) => process.stdout.write(`${word}\n`);
const never = new Promise<never>(() => setInterval(() => undefined, 1000));
const running = { stop: async () => void say('stopped') };

const behaviours: Record<string, Parameters<typeof runMain>[1]> = {
  waits: async () => running,
  'stops slowly': async () => ({ stop: () => never }),
  'stops slowly, as it said': async () => ({ stop: () => never, stopDeadlineMs: 50 }),
  'is done with 1': async () => ({ ...running, done: Promise.resolve(1) }),
  'ends with 3 after stop': async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    return { stop: async () => resolve(3), done: promise };
  },
  'user error': async () => {
    throw new UserError('no such file: redis://me:s3cret@cache', 'Name one that exists.');
  },
  'throws later': async () => {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    return running;
  },
  'rejects later': async () => {
    void Promise.reject(new Error('lost redis://me:s3cret@cache'));
    return running;
  },
  'starts slowly': async ({ stopping }) => {
    say('starting');
    await new Promise((resolve) => {
      const alive = setInterval(() => undefined, 1000);
      stopping.addEventListener('abort', () => resolve(clearInterval(alive)));
    });
    return running;
  },
};

const behaviour = behaviours[String(process.argv[2])];
if (behaviour === undefined) throw new Error('no such behaviour');
await runMain(
  'tested',
  async (context) => {
    const main = await behaviour(context);
    if (process.connected)
      process.on('message', () => undefined); // holds the channel open, as a real child does
    else setInterval(() => undefined, 1000);
    say('running');
    return main;
  },
  { stopDeadlineMs: Number(process.argv[3] ?? 20_000) },
);
