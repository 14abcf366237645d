import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createCommandReader, type SentCommand } from './redis-commands.ts';

/** Springs once, at the first command for which it holds. */
export type Trap = {
  holds: (command: SentCommand) => boolean;
  when: 'before' | 'after';
  /** How many such commands are let through first. */
  passes: number;
  /** The connection stands still until it settles; then it goes on, or is cut. */
  spring: () => Promise<'go on' | 'cut'>;
};

/** How the gate treats bytes now. */
export type Weather = { delayMs?: number; slices?: boolean; silent?: boolean };

export type Gate = Awaited<ReturnType<typeof openGate>>;

type Passage = { near: Socket; far: Socket };

/** A port that leads one process to Redis, where commands can be held up, and the way made bad. */
export const openGate = async (redisPort: () => number) => {
  const passages = new Set<Passage>();
  let weather: Weather = {};
  let trap: Trap | undefined;

  const sprung = (commands: SentCommand[]): { trap: Trap; at: number } | undefined => {
    if (trap === undefined) return undefined;
    for (const [at, command] of commands.entries()) {
      if (!trap.holds(command)) continue;
      if (trap.passes > 0) {
        trap.passes -= 1;
        continue;
      }
      const found = { trap, at };
      trap = undefined;
      return found;
    }
    return undefined;
  };

  const server = createServer((near) => {
    const far = connect(redisPort(), '127.0.0.1');
    const passage = { near, far };
    passages.add(passage);
    const toFar = createPipe(far, () => weather);
    const toNear = createPipe(near, () => weather);
    const read = createCommandReader();
    let answered = Promise.withResolvers<void>();

    near.on('data', (chunk) => {
      const commands = read(chunk);
      const found = sprung(commands);
      if (found === undefined) return toFar.send(commands.map(({ bytes }) => bytes));
      const last = found.trap.when === 'before' ? found.at : found.at + 1;
      const bytes = commands.map((command) => command.bytes);
      toFar.send(bytes.slice(0, last));
      toNear.hold();
      toFar.hold();
      toFar.send(bytes.slice(last));
      answered = Promise.withResolvers();
      const isDone = found.trap.when === 'before' ? Promise.resolve() : Promise.race([answered.promise, delay(500)]);
      void isDone.then(found.trap.spring).then((then) => {
        if (then === 'cut') return cut(passage);
        toFar.letGo();
        toNear.letGo();
      });
    });
    far.on('data', (chunk) => {
      answered.resolve();
      toNear.send([chunk]);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        passages.delete(passage);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => passages.size,
    setTrap: (wanted: Trap | undefined): void => void (trap = wanted),
    isTrapSet: () => trap !== undefined,
    setWeather: (wanted: Weather): void => void (weather = wanted),
    cutAll: (): void => {
      for (const passage of passages) cut(passage);
    },
    /** One side hears that the other will say nothing more. */
    halfClose: (side: 'near' | 'far'): void => {
      for (const passage of passages) passage[side].end();
    },
    close: async (): Promise<void> => {
      for (const passage of passages) cut(passage);
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const cut = ({ near, far }: Passage): void => {
  near.destroy();
  far.destroy();
};

/** Bytes to one side, in order, however long they are held up. */
const createPipe = (into: Socket, weather: () => Weather) => {
  let isHeld = false;
  let kept: Buffer[] = [];
  let last: Promise<unknown> | undefined;

  const write = (bytes: Buffer): void => {
    if (!into.destroyed) into.write(bytes);
  };
  const writeSlices = async (bytes: Buffer): Promise<void> => {
    const most = Math.max(1, Math.ceil(bytes.length / 12));
    for (let at = 0; at < bytes.length; at += most) {
      write(bytes.subarray(at, at + most));
      await delay(1);
    }
  };
  const pass = (bytes: Buffer): void => {
    const { delayMs = 0, slices = false, silent = false } = weather();
    if (silent) return;
    if (delayMs === 0 && !slices && last === undefined) return write(bytes);
    const before = last ?? Promise.resolve();
    const mine = Promise.all([before, delay(delayMs)]).then(() => (slices ? writeSlices(bytes) : write(bytes)));
    last = mine;
    void mine.finally(() => {
      if (last === mine) last = undefined;
    });
  };
  return {
    send: (parts: Buffer[]): void => {
      if (isHeld) kept.push(...parts);
      else if (parts.length > 0) pass(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    },
    hold: (): void => void (isHeld = true),
    letGo: (): void => {
      isHeld = false;
      const parts = kept;
      kept = [];
      if (parts.length > 0) pass(Buffer.concat(parts));
    },
  };
};
