import type { ServerResponse } from 'node:http';
import type { FleetNews, OverviewWatch } from '@trawl/shared/frontier/overview-watch.ts';
import { changedParts, type PageParts } from './page-parts.ts';

/** Pages that are told what changes, as long as they are open. */
export type LiveStream = {
  /** Begins with all parts of the page, and goes on with those that change. False: there are too many listeners. */
  open: (response: ServerResponse, audience: string) => boolean;
  listeners: () => number;
  close: () => void;
};

export type LiveStreamOptions = {
  watch: Pick<OverviewWatch, 'latest' | 'subscribe'>;
  /** What one audience sees: all who have the same rights see the same. */
  render: (news: FleetNews, audience: string) => PageParts;
  mostListeners?: number;
};

/** A page that takes nothing for so long that this much waits for it is dropped: it will come back by itself. */
const mostWaitingBytes = 1024 ** 2;
/** Shorter than the time after which proxies hang up on who says nothing. */
const signOfLifeMs = 15_000;

/** One that was `greeted` has the whole page, and hears of changes from then on. */
type Listener = { response: ServerResponse; audience: string; greeted: boolean };

/** One look at the fleet a second, however many pages are open; the parts are made once for each audience. */
export const createLiveStream = ({ watch, render, mostListeners = 200 }: LiveStreamOptions): LiveStream => {
  const listeners = new Set<Listener>();
  const shown = new Map<string, PageParts>();
  let unsubscribe: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const send = (listener: Listener, text: string): void => {
    const { response } = listener;
    if (response.writableLength > mostWaitingBytes) response.destroy();
    else response.write(text);
  };
  const tellAll = (news: FleetNews): void => {
    for (const [audience, members] of Map.groupBy(listeners, (listener) => listener.audience)) {
      const parts = render(news, audience);
      const event = eventOf(changedParts(shown.get(audience), parts));
      shown.set(audience, parts);
      if (event !== undefined) for (const listener of members) if (listener.greeted) send(listener, event);
    }
  };
  /** All listeners of an audience have seen the newest look: what changes for one of them changes for all. */
  const greet = (listener: Listener, news: FleetNews): void => {
    if (!listeners.has(listener)) return;
    const parts = render(news, listener.audience);
    shown.set(listener.audience, parts);
    listener.greeted = true;
    const event = eventOf(changedParts(undefined, parts));
    if (event !== undefined) send(listener, event);
  };
  const begin = (): void => {
    unsubscribe = watch.subscribe(tellAll);
    timer = setInterval(() => listeners.forEach((listener) => send(listener, ': here\n\n')), signOfLifeMs);
  };
  const end = (): void => {
    unsubscribe?.();
    clearInterval(timer);
    shown.clear();
  };

  return {
    open: (response, audience) => {
      if (listeners.size >= mostListeners) return false;
      const listener: Listener = { response, audience, greeted: false };
      listeners.add(listener);
      if (listeners.size === 1) begin();
      response.on('close', () => {
        if (listeners.delete(listener) && listeners.size === 0) end();
      });
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      response.write('retry: 1000\n\n');
      void watch.latest().then((news) => greet(listener, news));
      return true;
    },
    listeners: () => listeners.size,
    close: () => {
      for (const { response } of listeners) response.end();
      listeners.clear();
      end();
    },
  };
};

/** Undefined: nothing has changed. */
function eventOf(parts: Record<string, string>): string | undefined {
  return Object.keys(parts).length === 0 ? undefined : `event: parts\ndata: ${JSON.stringify(parts)}\n\n`;
}
