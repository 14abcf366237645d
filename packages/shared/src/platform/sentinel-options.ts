import { isIP, type Socket } from 'node:net';
import { Redis as IoRedis, type RedisOptions, type SentinelConnectionOptions, SentinelConnector } from 'ioredis';
import type { SentinelRedis, SingleRedis } from './redis-url.ts';

/**
 * For each Sentinel in turn, and then for the master: a machine that is gone, or stands still, must leave time for the others within that of a first
 * connection.
 */
const patienceMs = 3000;

/**
 * How ioredis finds the master: it asks one Sentinel after the other before each connection, and a server that calls itself a replica is
 * left again.
 * @param retryAfterMs pause after the nth time that none of them could say
 */
export const sentinelOptions = (
  connection: SentinelRedis,
  { connectionName, retryAfterMs }: { connectionName: string; retryAfterMs: (times: number) => number },
): Omit<SentinelConnectionOptions, 'path'> & Pick<RedisOptions, 'Connector'> => {
  const { sentinels, name, sentinelUsername, sentinelPassword, tls, ca } = connection;
  const ofTls = ca === undefined ? {} : { ca };
  const listen = (server: SingleRedis): IoRedis =>
    new IoRedis({
      host: server.host,
      port: server.port,
      ...(server.username && { username: server.username }),
      ...(server.password && { password: server.password }),
      ...(tls && { tls: ofTls }),
      connectionName,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      retryStrategy: retryAfterMs,
    });
  return {
    sentinels,
    name,
    role: 'master',
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls ? { tls: ofTls, sentinelTLS: ofTls, enableTLSForSentinelMode: true } : {}),
    connectTimeout: patienceMs,
    sentinelCommandTimeout: patienceMs,
    sentinelRetryStrategy: retryAfterMs,
    // What Sentinels call each other need not be how they are reached from here.
    updateSentinels: false,
    Connector: switchingConnector(name, () => asServers(connection).map(listen)),
  };
};

/** The Sentinels, each as a server to connect to. */
export const asServers = (connection: SentinelRedis): SingleRedis[] => {
  const { sentinels, sentinelUsername: username, sentinelPassword: password, tls, ca } = connection;
  const access = { ...(username && { username }), ...(password && { password }), tls, ...(ca && { ca }), db: 0 };
  return sentinels.map((endpoint) => ({ kind: 'single', ...endpoint, ...access }));
};

/**
 * Connections with these options leave a master as soon as a Sentinel says that another one has its place. One that stands still would be
 * waited for, and one that is back would be spoken to until it is made a replica, some ten seconds later: all that it is told then is lost.
 * ioredis can listen itself, with a connection to each Sentinel for every connection to Redis, and prints what fails there.
 */
const switchingConnector = (name: string, listen: () => IoRedis[]): NonNullable<RedisOptions['Connector']> => {
  const streams = new Set<Socket>();
  let listeners: IoRedis[] = [];

  const begin = (): void => {
    listeners = listen();
    for (const listener of listeners) {
      listener.on('error', () => undefined);
      listener.on('message', (_channel, text: string) => {
        const master = newMaster(text, name);
        if (master) for (const stream of streams) if (!leadsTo(stream, master)) stream.destroy();
      });
      listener.subscribe('+switch-master').catch(() => undefined);
    }
  };
  const follow = (stream: Socket): void => {
    streams.add(stream);
    if (streams.size === 1) begin();
    stream.once('close', () => {
      streams.delete(stream);
      if (streams.size === 0) for (const listener of listeners.splice(0)) listener.disconnect();
    });
  };
  return class extends SentinelConnector {
    /** ioredis gives a connector all options. */
    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
    }

    override async connect(emit: Parameters<SentinelConnector['connect']>[0]) {
      // Who was asked last comes last: what it says may be old. ioredis alone goes on at the end of the list, where it finds nobody.
      this.sentinelIterator.next();
      this.sentinelIterator.reset(true);
      const stream = await super.connect(emit);
      follow(stream);
      return stream;
    }
  };
};

type Master = { host: string; port: number };

/** `<name> <old host> <old port> <new host> <new port>`; Sentinels may watch others as well. */
const newMaster = (text: string, name: string): Master | undefined => {
  const [host, port] = text.split(' ').slice(-2);
  return text.startsWith(`${name} `) && host !== undefined ? { host, port: Number(port) } : undefined;
};

/** Each Sentinel says it, the last when the first was believed already. */
const leadsTo = ({ remoteAddress, remotePort }: Socket, { host, port }: Master): boolean =>
  remotePort === port && (isIP(host) === 0 || remoteAddress === host);
