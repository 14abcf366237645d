import { answer } from '../answer.ts';
import { type Ask, type Route, wholeNumber } from '../ask.ts';

/** Hosts that fail for a while, or want to be asked less. What is counted is counted per host and `id`. */
export const overloadRoutes: Record<string, Route> = {
  '/flaky': (ask) => answerFlaky(ask),
  '/limited': (ask) => answerLimited(ask),
  '/limited-host': (ask) => answerLimitedHost(ask),
};

function answerFlaky({ host, query, response, memory }: Ask): void {
  const times = memory.timesAsked(`flaky ${host} ${query.get('id') ?? ''}`);
  const failed = times <= wholeNumber(query, 'fails', 1);
  const status = failed ? wholeNumber(query, 'status', 500) : 200;
  answer(response, { status, body: JSON.stringify({ ok: !failed, times }) });
}

function answerLimited({ host, query, response, memory }: Ask): void {
  const times = memory.timesAsked(`limited ${host} ${query.get('id') ?? ''}`);
  if (times <= wholeNumber(query, 'times', 1)) refuse(response, query);
  else answer(response, { body: JSON.stringify({ ok: true, times }) });
}

function answerLimitedHost({ host, query, response, memory, nowMs }: Ask): void {
  const most = wholeNumber(query, 'per-second', 5);
  if (memory.admit(host, { most, windowMs: 1000, nowMs: nowMs() })) answer(response, { body: '{"ok":true}' });
  else refuse(response, query);
}

function refuse(response: Ask['response'], query: URLSearchParams): void {
  const wait = query.get('retry-after');
  answer(response, { status: 429, headers: wait === null ? [] : ['retry-after', wait], body: '{"error":"too many"}' });
}
