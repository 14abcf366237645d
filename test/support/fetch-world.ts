import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { createAddressGuard } from '../../apps/worker/src/fetch/address-guard.ts';
import { createDnsCache } from '../../apps/worker/src/fetch/dns-cache.ts';
import { createFetcher, type FetcherOptions } from '../../apps/worker/src/fetch/fetch-page.ts';
import { fetchPolicyOf } from '../../apps/worker/src/fetch/fetch-policy.ts';
import type { FetchRequest } from '../../apps/worker/src/fetch/fetch-request.ts';
import { type RawRequest, startRawServer } from './raw-server.ts';
import { settingsWith } from './settings-for-tests.ts';

const cleanUps: (() => unknown)[] = [];

/** What a test started, ended after it in reverse order. */
export const afterwards = (cleanUp: () => unknown): number => cleanUps.push(cleanUp);
export const cleanUp = async (): Promise<void> => {
  for (const end of cleanUps.splice(0).reverse()) await end();
};

const now = () => performance.now();
const never = new AbortController().signal;
export const go = () => Promise.resolve('go' as const);

/** This machine may be asked. */
export const localGuard = createAddressGuard({ allowed: ['127.0.0.0/8', '::1/128'] });

/** A fetcher whose names are local ones; settings, request and stop only where a test is about them. */
export const fetcherWith = (options: Partial<FetcherOptions> = {}) => {
  const dns = createDnsCache({ now, servers: ['127.0.0.1:1'] });
  const fetcher = createFetcher({ concurrency: 8, dns, guard: localGuard, now, ...options });
  afterwards(dns.close);
  afterwards(fetcher.close);
  const fetchPage = async (
    url: string,
    settings: Partial<CrawlSettings> = {},
    request: Partial<FetchRequest> = {},
    stop = never,
  ): Promise<FetchOutcome> => {
    const policy = fetchPolicyOf(settingsWith({ bodies: 'inline', ...settings }));
    const outcome = await fetcher.fetchPage({ url, policy, askForHop: go, ...request }, stop);
    // A connection is handed back one turn of the event loop after its response.
    await nextTurn();
    return outcome;
  };
  return { fetchPage, close: fetcher.close };
};

/** One host that answers as the test says, and one fetcher. */
export const world = async (answer: (request: RawRequest) => void, options: Partial<FetcherOptions> = {}) => {
  const host = await startRawServer(answer);
  afterwards(host.close);
  return { host, ...fetcherWith(options) };
};

export const answering = (bytes: Uint8Array | string, options: Partial<FetcherOptions> = {}) =>
  world(({ socket }) => socket.write(bytes), options);

export const answered = (outcome: FetchOutcome) => {
  if (outcome.kind !== 'answered') throw new Error(`no answer: ${JSON.stringify(outcome)}`);
  return outcome;
};

export const textOf = (outcome: FetchOutcome): string => Buffer.from(answered(outcome).body.kept).toString();

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** An outcome without the way it came about. */
export const brief = (outcome: FetchOutcome): Partial<FetchOutcome> => {
  const { trace, ...rest } = outcome;
  return trace && rest;
};
