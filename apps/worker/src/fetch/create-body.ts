import type { ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import type { MemoryShare } from './body-memory.ts';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { BodyStore } from './body-store.ts';
import { CodedBody, mostHeldBytes } from './coded-body.ts';
import { type ContentCoding, contentCodingsOf } from './content-coding.ts';
import { type FetchPolicy, keptBytesOf } from './fetch-policy.ts';
import type { InflatePace } from './inflate-pace.ts';
import { PlainBody, plainBodyMemory } from './plain-body.ts';

export type NewBody = {
  policy: FetchPolicy;
  headers: ResponseHeaders;
  /** Bytes of the body on the wire, where known. */
  wireBytes: number | undefined;
  /** The worker's; used where the run keeps bodies as files. */
  store: BodyStore | undefined;
  growMemory: MemoryShare['grow'];
  /** The worker's. */
  pace: InflatePace;
  events: ReceiverEvents;
};

/** The receiver of one body, and whether it has the memory to begin: else `events.onReady` tells when it has. */
export const createBody = (given: NewBody): { body: BodyReceiver; isReady: boolean } => {
  const { policy, headers, wireBytes, growMemory, pace, events } = given;
  const limits = {
    maxBodyBytes: policy.maxBodyBytes,
    keptBytes: keptBytesOf(policy, headers),
    truncates: policy.truncates,
  };
  const store = policy.bodies === 'files' ? given.store : undefined;
  // What has no body has no coding either, whatever its headers say of it.
  const codings = wireBytes === 0 ? [] : contentCodingsOf(headers['content-encoding']);
  if (codings === undefined) throw new BodyCut('bad-encoding');

  const plainBytes = plainBodyMemory(limits, codings.length === 0 ? wireBytes : undefined);
  const isReady = growMemory(plainBytes + heldBytes(codings, wireBytes), events.onReady);
  if (codings.length === 0) return { body: new PlainBody(limits, store, events), isReady };
  const createPlain = (inner: ReceiverEvents) => new PlainBody(limits, store, inner);
  return { body: new CodedBody(codings, { createPlain, growMemory, pace, events }), isReady };
};

/** What a coded body holds before its decoders begin. */
const heldBytes = (codings: ContentCoding[], wireBytes: number | undefined): number =>
  codings.length === 0 ? 0 : Math.min(mostHeldBytes(codings), wireBytes ?? Number.POSITIVE_INFINITY);
