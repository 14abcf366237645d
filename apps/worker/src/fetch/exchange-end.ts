import type { CutShort, FetchedBody, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import { errors } from 'undici';
import { BodyCut, BodyEnough } from './body-receiver.ts';
import { lengthOf } from './response-headers.ts';

/** How one request and its response ended. `broken` is our own failure (a full disk). */
export type ExchangeEnd =
  | { kind: 'answered'; body: FetchedBody }
  /** `location` undefined: several were named. */
  | { kind: 'redirected'; location: string | undefined }
  | { kind: 'cut'; why: CutShort }
  | { kind: 'failed'; error: unknown }
  | { kind: 'called-off' }
  /** Its turn passed in the last moment: nothing was sent. */
  | { kind: 'late' }
  /** There was no turn to be had. */
  | { kind: 'no-turn' }
  | { kind: 'broken'; error: unknown };

export const endOfBody = (error: unknown): ExchangeEnd => {
  if (error instanceof BodyEnough) return { kind: 'answered', body: error.body };
  return error instanceof BodyCut ? { kind: 'cut', why: error.why } : { kind: 'broken', error };
};

/** undici 8.12 misreads a length with a blank behind it, which is a length all the same. */
export const isWholeAllTheSame = (error: unknown, came: { wireBytes: number; headers: ResponseHeaders }): boolean =>
  error instanceof errors.ResponseContentLengthMismatchError && came.wireBytes === lengthOf(came.headers);

/** The status has said no: what its body is like, and whether it comes, does not matter to the URL. */
export const unread: FetchedBody = { kept: new Uint8Array(), truncated: true };
