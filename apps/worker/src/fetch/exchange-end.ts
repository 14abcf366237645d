import type { CutShort, FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, BodyEnough } from './body-receiver.ts';

/** How one request and its response ended. `broken` is our own failure (a full disk). */
export type ExchangeEnd =
  | { kind: 'answered'; body: FetchedBody }
  /** `location` undefined: several were named. */
  | { kind: 'redirected'; location: string | undefined }
  | { kind: 'cut'; why: CutShort }
  | { kind: 'failed'; error: unknown }
  | { kind: 'called-off' }
  | { kind: 'broken'; error: unknown };

export const endOfBody = (error: unknown): ExchangeEnd => {
  if (error instanceof BodyEnough) return { kind: 'answered', body: error.body };
  return error instanceof BodyCut ? { kind: 'cut', why: error.why } : { kind: 'broken', error };
};
