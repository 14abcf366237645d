import { createHash, type Hash, hash } from 'node:crypto';
import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { BodyDraft, BodyStore } from './body-store.ts';

/** Up to here one call hashes the whole body, which costs half of a hash object; beyond, nothing waits in memory. */
const oneShotBytes = 64 * 1024;

/** Bytes after decompression: how many there may be, and how many stay in memory. */
export type PlainBodyLimits = { maxBodyBytes: number; keptBytes: number };

/** Counts, hashes and keeps a body without coding: all of it while it is small, then only what the crawl asked for. */
export class PlainBody implements BodyReceiver {
  bodyBytes = 0;
  readonly #limits: PlainBodyLimits;
  readonly #store: BodyStore | undefined;
  readonly #events: ReceiverEvents;
  #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  #hash: Hash | undefined;
  #draft: BodyDraft | undefined;

  /** @param store where bodies go that the crawl keeps as files */
  constructor(limits: PlainBodyLimits, store: BodyStore | undefined, events: ReceiverEvents) {
    this.#limits = limits;
    this.#store = store;
    this.#events = events;
  }

  write(chunk: Uint8Array): boolean {
    this.bodyBytes += chunk.length;
    if (this.bodyBytes > this.#limits.maxBodyBytes) throw new BodyCut('too-large');
    if (this.#hash !== undefined) return this.#pass(chunk, this.#hash);
    this.#chunks.push(chunk);
    return this.bodyBytes <= oneShotBytes || this.#startStreaming();
  }

  finish(): FetchedBody | Promise<FetchedBody> {
    const chunks = this.#chunks;
    const bytes = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    const sha256 = this.#hash === undefined ? hash('sha256', bytes) : this.#hash.digest('hex');
    const kept = bytes.length > this.#limits.keptBytes ? bytes.subarray(0, this.#limits.keptBytes) : bytes;
    const body = { kept, truncated: kept.length < this.bodyBytes, sha256 };
    if (this.#store === undefined) return body;
    const stored = this.#draft === undefined ? this.#store.put(bytes, sha256) : this.#draft.finish(sha256);
    return stored.then((file) => ({ ...body, file }));
  }

  discard(): void {
    this.#chunks = [];
    this.#draft?.discard();
  }

  #startStreaming(): boolean {
    const held = this.#chunks;
    this.#chunks = [];
    this.#hash = createHash('sha256');
    this.#draft = this.#store?.begin(this.#events.onReady);
    let isReady = true;
    for (const chunk of held) isReady = this.#pass(chunk, this.#hash);
    return isReady;
  }

  #pass(chunk: Uint8Array, sum: Hash): boolean {
    sum.update(chunk);
    if (this.#keptBytes < this.#limits.keptBytes) {
      this.#chunks.push(chunk);
      this.#keptBytes += chunk.length;
    }
    return this.#draft?.write(chunk) ?? true;
  }
}
