export type Address = { address: string; family: 4 | 6 };

/** What is known of a name. `ttlMs`: for how long it may be used again. `code` is c-ares' word: ENOTFOUND, ESERVFAIL ... */
export type DnsAnswer = { kind: 'addresses'; addresses: Address[]; ttlMs: number } | { kind: 'error'; code: string };
