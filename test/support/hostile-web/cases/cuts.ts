import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { type End, type HostileCase, hostile, late, ok, reset } from '../hostile-case.ts';
import { answer, bytesOf, chunked, head, resetAfter } from '../replies.ts';

/** A whole response, cut at every byte, in every way in which a connection can break off. */
const responses = {
  length: answer(200, { 'content-type': 'text/plain' }, 'hello, world'),
  chunks: bytesOf([head(200, { 'transfer-encoding': 'chunked' }), chunked('hello', ', world')]),
  'until the end': bytesOf([head('HTTP/1.0 200 OK', { server: 'x' }), 'hello, world']),
  'no body': bytesOf([head(204, { server: 'x' })]),
};
type Kind = keyof typeof responses;

const allEnd = (kind: Kind, at: number): End => {
  const { headEnd, isWhole } = partOf(kind, at);
  return isWhole || (at >= headEnd && kind === 'until the end') ? whole(kind) : reset;
};

const allReset = (kind: Kind, at: number): End | readonly End[] => {
  if (kind === 'until the end') return reset;
  // What had arrived may be lost when the reset does.
  return partOf(kind, at).isWhole ? [whole(kind), reset] : reset;
};

const allSilent = (kind: Kind, at: number): End => {
  const { headEnd, isWhole } = partOf(kind, at);
  if (isWhole && kind !== 'until the end') return whole(kind);
  return late(at < headEnd ? 'headers' : 'body');
};

/** Only the limit that is to be passed is short: on a slow machine another might be passed first. */
const shortFor = (end: End): Partial<CrawlSettings> => {
  if (end === late('headers')) return { headersTimeoutMs: 200 };
  return end === late('body') ? { bodyTimeoutMs: 200 } : {};
};

const partOf = (kind: Kind, at: number) => {
  const response = responses[kind];
  return { headEnd: response.indexOf('\r\n\r\n') + 4, isWhole: at === response.length };
};

const whole = (kind: Kind): End => (kind === 'no body' ? 'ok status-204' : ok);

const atEveryByte = (make: (kind: Kind, at: number, part: Buffer) => HostileCase): HostileCase[] =>
  (Object.keys(responses) as Kind[]).flatMap((kind) => {
    const response = responses[kind];
    return Array.from({ length: response.length + 1 }, (_, at) => make(kind, at, response.subarray(0, at)));
  });

export const cuts: HostileCase[] = [
  ...atEveryByte((kind, at, part) =>
    hostile({
      name: `cut/${kind}, closed after ${at} bytes`,
      host: ({ socket }) => void socket.end(part),
      ends: [allEnd(kind, at)],
    }),
  ),
  ...atEveryByte((kind, at, part) =>
    hostile({
      name: `cut/${kind}, reset after ${at} bytes`,
      host: ({ socket }) => resetAfter(socket, part),
      ends: [allReset(kind, at)],
    }),
  ),
  ...atEveryByte((kind, at, part) =>
    hostile({
      name: `cut/${kind}, silent after ${at} bytes`,
      host: ({ socket }) => void socket.write(part),
      settings: shortFor(allSilent(kind, at)),
      ends: [allSilent(kind, at)],
    }),
  ),
  // Byte by byte, a good response is good.
  ...(Object.keys(responses) as Kind[]).map((kind) =>
    hostile({
      name: `cut/${kind}, into single bytes`,
      host: ({ socket }) => {
        for (const byte of responses[kind]) socket.write(Buffer.of(byte));
        socket.end();
      },
      ends: [whole(kind)],
    }),
  ),
];
