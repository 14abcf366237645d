import { setTimeout as delay } from 'node:timers/promises';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { classify } from '../../../apps/worker/src/classify/classify.ts';
import { inlineBody } from '../../../apps/worker/src/extract/inline-body.ts';
import type { Fetcher } from '../../../apps/worker/src/fetch/fetch-page.ts';
import { fetchPolicyOf } from '../../../apps/worker/src/fetch/fetch-policy.ts';
import { settingsWith } from '../settings-for-tests.ts';
import type { End, HostileCase } from './hostile-case.ts';
import type { HostileWeb } from './start-hostile-web.ts';

/** What became of a case. `body`: sha256 of each answer; `text`: of the last one's record, null where it has none. */
export type Result = { ends: End[]; bodies: (string | undefined)[]; text: string | null };

/** Long enough never to matter, but for cases that set limits themselves. */
const patient = { connectTimeoutMs: 20_000, headersTimeoutMs: 20_000, bodyTimeoutMs: 20_000, totalTimeoutMs: 30_000 };

const never = new AbortController().signal;
const go = () => Promise.resolve('go' as const);

/** `settings`: of all cases, whatever they say themselves. */
type Surroundings = { web: HostileWeb; fetcher: Fetcher; settings?: Partial<CrawlSettings> };

/** Fetches all cases, so many at once, each with its steps one after the other. */
export const fetchHostileCases = async (
  cases: readonly HostileCase[],
  { atOnce, ...surroundings }: Surroundings & { atOnce: number },
): Promise<Map<HostileCase, Result>> => {
  const results = new Map<HostileCase, Result>();
  const left = cases.values();
  const work = async (): Promise<void> => {
    for (const hostileCase of left) results.set(hostileCase, await fetchCase(hostileCase, surroundings));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
};

const fetchCase = async (hostileCase: HostileCase, { web, fetcher, ...all }: Surroundings): Promise<Result> => {
  const { overrides } = hostileCase;
  const settings = settingsWith({ ...patient, bodies: 'inline', ...hostileCase.settings, ...all.settings });
  const result: Result = { ends: [], bodies: [], text: null };
  for (const step of hostileCase.ends.keys()) {
    if (step > 0) await delay(hostileCase.pauseMs ?? 0);
    const url = web.urlOf(hostileCase, step);
    const request = { url, policy: fetchPolicyOf(settings), askForHop: go, ...(overrides && { overrides }) };
    const outcome = await fetcher.fetchPage(request, never);
    result.ends.push(endOf(outcome, settings.retryAfterCapMs));
    result.bodies.push(outcome.kind === 'answered' ? outcome.body.sha256 : undefined);
    result.text = textOf(outcome);
  }
  return result;
};

const endOf = (outcome: FetchOutcome, retryAfterCapMs: number): End => {
  const verdict = classify(outcome, { number: 1, most: 4 }, { nowMs: Date.UTC(2026, 0), retryAfterCapMs });
  switch (verdict.next) {
    case 'store':
    case 'give-up':
      return `${verdict.class} ${verdict.reason}`;
    case 'retry':
      return `${verdict.class} ${verdict.reason} > retry`;
    case 'defer':
      return `${verdict.reason} > defer${verdict.blockMs === undefined ? '' : ` ${verdict.blockMs}`}`;
  }
};

/** As the record has it: JSON as it came, other text as a JSON string. */
const textOf = (outcome: FetchOutcome): string | null => {
  if (outcome.kind !== 'answered') return null;
  const type = outcome.headers['content-type'] ?? '';
  const inline = inlineBody(outcome.body, outcome.headers['content-type'], { jsonOnly: false });
  if (inline === undefined) return null;
  return type.startsWith('application/json') ? inline : (JSON.parse(inline) as string);
};

/** Whether a fetch ended as it had to. */
export const isExpected = (expected: End | readonly End[], end: End, body: string | undefined): boolean =>
  [expected].flat().some((one) => {
    const [, words = '', sha256] = /^(.*?)(?: ([0-9a-f]{64}))?$/.exec(one) ?? [];
    return words === end && (sha256 === undefined || sha256 === body);
  });
