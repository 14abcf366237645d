import { Connection, type ConnectionTools } from './connection.ts';
import type { Connector } from './connector.ts';

export type Connections = {
  /** @param from `kept`: an idle connection, where there is one; `new`: a new one in any case */
  take: (origin: string, from: 'kept' | 'new') => Connection;
  /** Does the host keep the ends of its answers? Connections to others are used once. */
  isTrusted: (origin: string) => boolean;
  close: () => Promise<void>;
};

export type ConnectionOptions = {
  /** Fetches at the same time. */
  concurrency: number;
  connectTo: Connector;
  now: () => number;
  /** A connection that no request used for this long is closed, whatever the host offers. */
  idleMs?: number;
};

/** A crawl of many hosts would else hold a file for each host that it asked in the last seconds. */
const idleFor = (concurrency: number): number => Math.max(64, 2 * concurrency);

const mostDistrusted = 10_000;

/** The connections of one worker: those in use, and the idle ones by origin, the one that was used last first. */
export const createConnections = ({ concurrency, connectTo, now, idleMs = 10_000 }: ConnectionOptions): Connections => {
  const open = new Set<Connection>();
  /** In the order in which they became idle. */
  const idle = new Set<Connection>();
  const idleAt = new Map<string, Connection[]>();
  const distrusted = new Set<string>();

  const forgetIdle = (connection: Connection): void => {
    if (!idle.delete(connection)) return;
    const list = idleAt.get(connection.origin) ?? [];
    const others = list.filter((other) => other !== connection);
    if (others.length > 0) idleAt.set(connection.origin, others);
    else idleAt.delete(connection.origin);
  };

  const tools: ConnectionTools = {
    connectTo,
    now,
    idleMs,
    onIdle: (connection) => {
      idle.add(connection);
      const list = idleAt.get(connection.origin);
      if (list) list.push(connection);
      else idleAt.set(connection.origin, [connection]);
      if (idle.size > idleFor(concurrency)) void idle.values().next().value?.retire();
    },
    onClosed: (connection) => {
      open.delete(connection);
      forgetIdle(connection);
    },
    onSurplus: (origin) => {
      if (distrusted.size >= mostDistrusted) distrusted.clear();
      distrusted.add(origin);
    },
  };

  const takeIdle = (origin: string): Connection | undefined => {
    const list = idleAt.get(origin);
    for (let connection = list?.pop(); connection !== undefined; connection = list?.pop()) {
      idle.delete(connection);
      if (connection.isOpen) return connection;
    }
    idleAt.delete(origin);
    return undefined;
  };

  return {
    take: (origin, from) => {
      const kept = from === 'kept' ? takeIdle(origin) : undefined;
      if (kept !== undefined) return kept;
      const connection = new Connection(origin, tools);
      open.add(connection);
      return connection;
    },
    isTrusted: (origin) => !distrusted.has(origin),
    close: async () => {
      await Promise.all([...open].map((connection) => connection.retire()));
    },
  };
};
