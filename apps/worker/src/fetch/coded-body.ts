import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import { type ContentCoding, createInflater, type Inflater, inflateAtOnce } from './content-coding.ts';
import type { PlainBody } from './plain-body.ts';

/** A body of this size is inflated in one call, which costs a tenth of a stream. */
const atOnceWireBytes = 16 * 1024;
/** What one call may produce before it is given to a stream after all: 1 MiB takes about a millisecond. */
const atOnceBodyBytes = 1024 ** 2;

/** Undoes the content codings and passes the inflated bytes on; the caps are watched while they flow. */
export class CodedBody implements BodyReceiver {
  readonly #codings: ContentCoding[];
  readonly #plain: PlainBody;
  readonly #events: ReceiverEvents;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #inflaters: Inflater[] = [];
  /** The coded data is complete, though the host may send more. */
  #hasEnded = false;
  #ending: { resolve: (body: FetchedBody | Promise<FetchedBody>) => void; reject: (error: Error) => void } | undefined;

  /** @param createPlain makes the receiver of the inflated bytes */
  constructor(codings: ContentCoding[], createPlain: (events: ReceiverEvents) => PlainBody, events: ReceiverEvents) {
    this.#codings = codings;
    this.#events = events;
    this.#plain = createPlain({
      onReady: () => this.#inflaters.at(-1)?.resume(),
      onFailure: (error) => this.#fail(error),
    });
  }

  get bodyBytes(): number {
    return this.#plain.bodyBytes;
  }

  write(chunk: Uint8Array): boolean {
    const first = this.#inflaters[0];
    if (first !== undefined) return this.#hasEnded || first.write(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    return this.#heldBytes <= atOnceWireBytes || this.#startStreaming();
  }

  finish(): FetchedBody | Promise<FetchedBody> {
    if (this.#heldBytes === 0) return this.#plain.finish();
    if (this.#inflaters.length === 0) {
      const bytes = this.#inflateHeld();
      if (bytes !== undefined) {
        this.#plain.write(bytes);
        return this.#plain.finish();
      }
      this.#startStreaming();
    }
    if (this.#hasEnded) return this.#plain.finish();
    return new Promise((resolve, reject) => {
      this.#ending = { resolve, reject };
      this.#inflaters[0]?.end();
    });
  }

  discard(): void {
    for (const inflater of this.#inflaters) inflater.destroy();
    this.#held = [];
    this.#plain.discard();
  }

  /** Undefined when it would grow too large for one call. */
  #inflateHeld(): Uint8Array | undefined {
    try {
      const wire: Uint8Array = Buffer.concat(this.#held);
      return this.#codings.reduce((bytes, coding) => inflateAtOnce(coding, bytes, atOnceBodyBytes), wire);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw new BodyCut('bad-encoding', error);
    }
  }

  #startStreaming(): boolean {
    const head = Buffer.concat(this.#held);
    this.#held = [];
    this.#inflaters = this.#codings.map((coding, i) => createInflater(coding, i === 0 ? head : undefined));
    this.#inflaters.forEach((inflater, i) => {
      inflater.on('error', (error) => this.#fail(new BodyCut('bad-encoding', error)));
      const next = this.#inflaters[i + 1];
      if (next !== undefined) inflater.pipe(next);
    });
    this.#inflaters[0]?.on('drain', this.#events.onReady);
    this.#inflaters.at(-1)?.on('data', (chunk: Buffer) => this.#pass(chunk));
    this.#inflaters.at(-1)?.on('end', () => {
      this.#hasEnded = true;
      this.#ending?.resolve(this.#plain.finish());
    });
    return this.#inflaters[0]?.write(head) ?? true;
  }

  #pass(chunk: Buffer): void {
    try {
      if (!this.#plain.write(chunk)) this.#inflaters.at(-1)?.pause();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.discard();
    if (this.#ending) this.#ending.reject(error);
    else this.#events.onFailure(error);
  }
}
