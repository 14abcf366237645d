import type { Socket } from 'node:net';
import type { HostRequest } from './hostile-case.ts';

type Bytes = string | Uint8Array;
/** What a host does with a request. */
type Answering = (request: HostRequest) => void;

/** Text stands for its characters as bytes: no UTF-8. */
export const bytesOf = (parts: Bytes | readonly Bytes[]): Buffer => {
  const list = typeof parts === 'string' || parts instanceof Uint8Array ? [parts] : parts;
  return Buffer.concat(list.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
};

/** A response: status line, headers, and a body with its length. */
export const answer = (status: number | string, headers: Record<string, string> = {}, body: Bytes = ''): Buffer => {
  const bytes = bytesOf(body);
  return bytesOf([head(status, { 'content-length': String(bytes.length), ...headers }), bytes]);
};

export const head = (status: number | string, headers: Record<string, string> = {}): string => {
  const line = typeof status === 'number' ? `HTTP/1.1 ${status} Words` : status;
  return `${line}\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
};

export const chunked = (...chunks: Bytes[]): Buffer =>
  bytesOf([
    ...chunks.flatMap((chunk) => [`${bytesOf(chunk).length.toString(16)}\r\n`, bytesOf(chunk), '\r\n']),
    '0\r\n\r\n',
  ]);

/** Answers every request with the bytes, and keeps the connection. */
export const says =
  (...bytes: Bytes[]): Answering =>
  ({ socket }) =>
    void socket.write(bytesOf(bytes));

/** Answers and closes its side. */
export const saysAndEnds =
  (...bytes: Bytes[]): Answering =>
  ({ socket }) =>
    void socket.end(bytesOf(bytes));

/** Answers and resets the connection, once all was sent. */
export const saysAndResets =
  (...bytes: Bytes[]): Answering =>
  ({ socket }) =>
    resetAfter(socket, bytesOf(bytes));

export const resetAfter = (socket: Socket, bytes: Uint8Array): void => {
  socket.write(bytes, () => socketUnder(socket).resetAndDestroy());
};

/** Of a socket of TLS, what carries it. */
export const socketUnder = (socket: Socket): Socket => (socket as { _parent?: Socket })._parent ?? socket;

export const redirectsTo =
  (location: string, status = 302): Answering =>
  ({ socket }) =>
    void socket.write(answer(status, { location }));

/** The first request gets the first answer, and so on; the last answers all that follow. */
export const inTurn =
  (...hosts: Answering[]): Answering =>
  (request) =>
    hosts[Math.min(request.number, hosts.length) - 1]?.(request);

/** Writes the pieces one by one, with a pause in between, for as long as the connection lasts. */
export const drips = (socket: Socket, pieces: Iterable<Bytes>, everyMs = 5): void => {
  const left = pieces[Symbol.iterator]();
  const timer = setInterval(() => {
    const piece = left.next();
    if (piece.done) clearInterval(timer);
    else socket.write(bytesOf(piece.value));
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
};

/** Writes what the source gives for as long as it is taken. */
export const floods = (socket: Socket, source: Iterable<Uint8Array>): void => {
  const left = source[Symbol.iterator]();
  const pour = (): void => {
    for (;;) {
      if (socket.destroyed) return;
      const piece = left.next();
      if (piece.done) return void socket.end();
      if (!socket.write(piece.value)) return void socket.once('drain', pour);
    }
  };
  pour();
};

export const forever = function* <T>(piece: T): Generator<T> {
  for (;;) yield piece;
};

/** Nothing is ever said. */
export const silence: Answering = () => undefined;
