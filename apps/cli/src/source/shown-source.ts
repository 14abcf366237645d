import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { withoutCredentials } from '@trawl/shared/platform/without-credentials.ts';

/** A source that may be shown: URLs can carry passwords. */
export const shownSource = <T extends SourceSpec>(source: T): T =>
  source.kind === 'urls' ? { ...source, urls: source.urls.map(withoutCredentials) } : source;
