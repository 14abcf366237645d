import { type Ask, type Route, wholeNumber } from '../ask.ts';

/** Bodies that are large or slow. */
export const bodyRoutes: Record<string, Route> = {
  '/big': (ask) => sendBig(ask),
  '/slow-body': (ask) => sendSlowly(ask),
  '/drip': (ask) => drip(ask),
};

const block = Buffer.alloc(64 * 1024, 'pretended bytes ');

/** `bytes` without holding them in memory; `chunked=1` leaves the length out of the head. */
function sendBig({ query, response }: Ask): void {
  let left = wholeNumber(query, 'bytes', 1024 * 1024);
  writeHead(response, query.get('chunked') === '1' ? undefined : left);
  const send = (): void => {
    while (left > 0 && !response.destroyed) {
      const piece = block.subarray(0, Math.min(left, block.length));
      left -= piece.length;
      if (!response.write(piece)) return;
    }
    response.end();
  };
  response.on('drain', send);
  send();
}

/** `bytes` in `chunks` nearly equal pieces, the first at once, each further one `every` ms later. */
function sendSlowly({ query, response }: Ask): void {
  const bytes = wholeNumber(query, 'bytes', 1000);
  const chunks = Math.max(1, wholeNumber(query, 'chunks', 10));
  writeHead(response, bytes);
  let sent = 0;
  const send = (): void => {
    const [from, to] = [Math.floor((bytes * sent) / chunks), Math.floor((bytes * (sent + 1)) / chunks)];
    sent += 1;
    response.write(Buffer.alloc(to - from, 's'));
    if (sent === chunks) response.end();
  };
  send();
  if (sent < chunks) repeat(response, wholeNumber(query, 'every', 100), send);
}

/** One byte each `every` ms, until the other side has had enough. */
function drip({ query, response }: Ask): void {
  writeHead(response, undefined);
  response.write('d');
  repeat(response, wholeNumber(query, 'every', 1000), () => response.write('d'));
}

function writeHead(response: Ask['response'], bytes: number | undefined): void {
  const length = bytes === undefined ? [] : ['content-length', String(bytes)];
  response.writeHead(200, ['content-type', 'application/octet-stream', ...length]);
}

function repeat(response: Ask['response'], everyMs: number, act: () => void): void {
  const timer = setInterval(act, everyMs);
  response.once('finish', () => clearInterval(timer));
  response.once('close', () => clearInterval(timer));
}
