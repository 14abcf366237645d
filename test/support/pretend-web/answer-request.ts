import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './answer.ts';
import type { ArrivalLog } from './arrival-log.ts';
import { type Ask, BadAsk, type Route, readWhole, wholeNumber } from './ask.ts';
import { answerControl } from './control-page.ts';
import { findRoute } from './find-route.ts';
import { noteEnd } from './note-end.ts';
import type { WebMemory } from './web-memory.ts';

export type PretendWebState = {
  arrivals: ArrivalLog;
  memory: WebMemory;
  /** Host -> the path (with query) whose answer is the robots.txt there; absent: 404. */
  robots: ReadonlyMap<string, string>;
  nowMs: () => number;
  /** The longest that this process has stood still; 0 where nobody measures it. */
  standstillMs: () => number;
};

/** One request's way: note the arrival, wait for `delay`, let the route answer. */
export const answerRequest = (request: IncomingMessage, response: ServerResponse, state: PretendWebState): void => {
  const url = request.url ?? '/';
  if (url.startsWith('/_')) return answerControl(request, response, state);
  const host = hostNameOf(request.headers.host);
  noteEnd(request, response, state.arrivals.arrived(host, url));

  const [path, query] = splitUrl((url === '/robots.txt' ? state.robots.get(host) : undefined) ?? url);
  const found = findRoute(path);
  if (found === undefined) return answerJson(response, { error: 'no such page' }, 404);
  const ask: Ask = { ...state, host, path, rest: found.rest, query, request, response };
  try {
    const delayMs = path.startsWith('/delay/') ? readWhole('delay', ask.rest) : wholeNumber(query, 'delay', 0);
    if (delayMs === 0) runRoute(found.route, ask);
    else setTimeout(runRoute, delayMs, found.route, ask).unref();
  } catch (error) {
    refuseBadAsk(response, error);
  }
};

/** `Shop.Example:8080` -> `shop.example`; an absent header becomes ''. */
export const hostNameOf = (header: string | undefined): string => (header ?? '').replace(/:\d*$/, '').toLowerCase();

const noQuery = new URLSearchParams();

function splitUrl(url: string): [path: string, query: URLSearchParams] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, noQuery] : [url.slice(0, mark), new URLSearchParams(url.slice(mark + 1))];
}

function runRoute(route: Route, ask: Ask): void {
  if (ask.response.destroyed) return;
  try {
    route(ask);
  } catch (error) {
    refuseBadAsk(ask.response, error);
  }
}

function refuseBadAsk(response: ServerResponse, error: unknown): void {
  if (!(error instanceof BadAsk)) throw error;
  answerJson(response, { error: error.message }, 400);
}
