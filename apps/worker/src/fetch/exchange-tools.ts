import type { ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import type { BodyReceiver, ReceiverEvents } from './body-receiver.ts';
import type { Connections } from './connections.ts';
import type { Deadline } from './deadline.ts';
import type { FetchPolicy } from './fetch-policy.ts';
import type { Departure } from './fetch-request.ts';

export type ExchangeTools = {
  connections: Connections;
  policy: FetchPolicy;
  deadline: Deadline;
  departure: Departure;
  now: () => number;
  /** `isReady` false: the first byte has to wait for `onReady`. */
  createBody: (
    headers: ResponseHeaders,
    wireBytes: number | undefined,
    events: ReceiverEvents,
  ) => { body: BodyReceiver; isReady: boolean };
};
