import type { AddressRefusal } from '@trawl/shared/domain/fetch-outcome.ts';

/** A connection that was not tried: nothing was sent to that address. */
export class AddressRefused extends Error {
  readonly refusal: AddressRefusal;
  constructor(refusal: AddressRefusal, host: string) {
    super(`${refusal}: ${host}`);
    this.refusal = refusal;
  }
}
