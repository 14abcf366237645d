import type { CanonicalUrl } from '@trawl/shared/domain/canonical-url.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import type { FetchPolicy } from './fetch-policy.ts';

export type FetchRequest = {
  /** Canonical: absolute, http(s), without fragment and credentials. It is not checked again. */
  url: CanonicalUrl | string;
  overrides?: RequestOverrides;
  policy: FetchPolicy;
  /** Awaited before every redirect hop, on the same host too. `host` is the politeness bucket: URL.host. */
  askForHop: (host: string) => Promise<'go' | 'must-wait'>;
};
