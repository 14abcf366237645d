import { Redis as IoRedis, type RedisOptions as IoRedisOptions } from 'ioredis';
import { gatherWrites } from './gather-writes.ts';
import { isOfReplica, isPassing } from './redis-trouble.ts';

/** Options of ioredis for one server, or for the master that Sentinels name. */
export type RedisOptions = Omit<IoRedisOptions, 'replyMapping'>;

/** Told by each connection when a command of it is refused for now, and when it has none left that is. */
export type Refusals = { refused: (connection: object, error: Error) => void; served: (connection: object) => void };

type Item = Parameters<IoRedis['handleReconnection']>[1];
type Command = Parameters<IoRedis['sendCommand']>[0];

const pauseMs = { first: 100, most: 2000 };

/**
 * A connection whose commands wait for a Redis that refuses them (no memory, no disk, no replicas, a replica itself) just as
 * they wait for one that is lost: a refused command has changed nothing, and is sent again until it is done. Only what stands
 * in a MULTI fails, as the rest of it was thrown away.
 */
export class PatientRedis extends IoRedis {
  readonly #refusals: Refusals;
  #waiting: Command[] = [];
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;
  #isLeaving = false;

  constructor(options: RedisOptions, refusals: Refusals) {
    super(options);
    this.#refusals = refusals;
    this.on('end', () => this.#giveUp());
  }

  /** What BullMQ, wake-ups and listeners wait on are patient, too; who sets a deadline wants an answer. */
  override duplicate(override?: Partial<RedisOptions>): IoRedis {
    if (override?.commandTimeout !== undefined) return super.duplicate(override);
    return new PatientRedis({ ...this.options, ...override }, this.#refusals);
  }

  /** Where ioredis brings every command. */
  override sendCommand(command: Command, stream?: Parameters<IoRedis['sendCommand']>[1]): unknown {
    if (this.status === 'ready') gatherWrites(this.stream);
    if (stream === undefined && this.#wouldLose(command)) {
      this.#sendLater(command);
      return command.promise;
    }
    return super.sendCommand(command, stream);
  }

  /** Where ioredis brings every error that Redis answers with. */
  override handleReconnection(error: Error, item: Item): void {
    const command = item.command as Command;
    const mustReconnect = isOfReplica(error);
    const isForEver = this.options.retryStrategy === null;
    if (mustReconnect && isForEver) return this.#leave(error, item);
    if (!isPassing(error) || command.inTransaction) return super.handleReconnection(error, item);
    this.#refusals.refused(this, error);
    this.#sendLater(command, mustReconnect);
  }

  override disconnect(reconnect = false): void {
    super.disconnect(reconnect);
    if (!reconnect) this.#giveUp();
  }

  /** The connection is given up at the first of many answers; the others are what they say. */
  #leave(error: Error, item: Item): void {
    if (this.#isLeaving) return item.command.reject(error);
    this.#isLeaving = true;
    super.handleReconnection(error, item);
  }

  /**
   * Before a connection is ready, ioredis sends on it whatever its own handshake may consist of, and forgets that when the connection is lost
   * before it was ready: an INFO of ours would be waited for for ever. Its own has no arguments.
   */
  #wouldLose({ name, args }: Command): boolean {
    return this.status === 'connect' && name === 'info' && args.length > 0;
  }

  /** @param mustReconnect a failover may have put another server behind the name */
  #sendLater(command: Command, mustReconnect = false): void {
    this.#waiting.push(command);
    this.#timer ??= setTimeout(() => this.#sendAgain(mustReconnect), this.#pauseMs());
  }

  #pauseMs(): number {
    return Math.min(pauseMs.most, pauseMs.first * 2 ** this.#tries++);
  }

  #sendAgain(mustReconnect: boolean): void {
    this.#timer = undefined;
    if (mustReconnect && this.status === 'ready') this.disconnect(true);
    for (const command of this.#waiting.splice(0)) {
      const settled = (): void => this.#settled();
      command.promise.then(settled, settled);
      void this.sendCommand(command);
    }
  }

  #settled(): void {
    if (this.#waiting.length > 0) return;
    this.#tries = 0;
    this.#refusals.served(this);
  }

  #giveUp(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const command of this.#waiting.splice(0)) command.reject(new Error('Connection is closed.'));
    this.#refusals.served(this);
  }
}
