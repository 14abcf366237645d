import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';

/** Takes the bytes of one body as they arrive. A `BodyCut` ends the body as the host's doing, `BodyEnough` as an answer; any other error is ours. */
export type BodyReceiver = {
  /** Inflated bytes so far. */
  readonly bodyBytes: number;
  /** False asks to hold back the next chunk until `onReady`. May throw a BodyCut or BodyEnough. */
  write: (chunk: Uint8Array) => boolean;
  /** Throws or rejects with a BodyCut. A promise only where something has to be waited for. */
  finish: () => FetchedBody | Promise<FetchedBody>;
  /** The body is not wanted any more. */
  discard: () => void;
};

export type ReceiverEvents = {
  onReady: () => void;
  /** A failure between two writes. */
  onFailure: (error: Error) => void;
};

/** The body cannot be taken to its end. */
export class BodyCut extends Error {
  readonly why: 'too-large' | 'bad-encoding';
  constructor(why: 'too-large' | 'bad-encoding', cause?: unknown) {
    super(why, { cause });
    this.why = why;
  }
}

/** No more of the body is wanted: what came is the answer. */
export class BodyEnough extends Error {
  readonly body: FetchedBody;
  constructor(body: FetchedBody) {
    super('enough');
    this.body = body;
  }
}
