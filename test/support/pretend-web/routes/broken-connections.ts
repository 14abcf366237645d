import { type Ask, oneOf, type Route, wholeNumber } from '../ask.ts';

/** Hosts that do not keep to the protocol. */
export const brokenRoutes: Record<string, Route> = {
  '/silent': () => {},
  '/reset': (ask) => breakOff(ask),
  '/reset-in-body': (ask) => promise(ask, () => breakOff(ask)),
  '/short-body': (ask) => promise(ask, () => ask.request.socket.end()),
};

/** `how=reset` sends RST, `how=close` a polite FIN. */
function breakOff({ query, request }: Ask): void {
  if (oneOf(query, 'how', ['reset', 'close']) === 'reset') request.socket.resetAndDestroy();
  else request.socket.destroy();
}

/** Promises `bytes`, sends `sent` of them, and once the other side had time to read those (`after` ms), does `then`. */
function promise({ query, response }: Ask, then: () => void): void {
  const bytes = wholeNumber(query, 'bytes', 1000);
  response.writeHead(200, ['content-type', 'text/plain', 'content-length', String(bytes)]);
  response.write(Buffer.alloc(wholeNumber(query, 'sent', Math.floor(bytes / 2)), 'p'));
  setTimeout(then, wholeNumber(query, 'after', 20)).unref();
}
