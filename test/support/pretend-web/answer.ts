import type { ServerResponse } from 'node:http';

export type Answer = {
  status?: number;
  type?: string;
  /** Name, value, name, value, ... */
  headers?: string[];
  /** A string must be ASCII unless `type` says utf-8: it is sent as UTF-8. */
  body: string | Buffer;
};

export const json = 'application/json';
export const html = 'text/html; charset=utf-8';

/** Sends a whole answer with its length. */
export const answer = (response: ServerResponse, { status = 200, type = json, headers = [], body }: Answer): void => {
  if (status === 204 || status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  const bytes = String(Buffer.byteLength(body));
  response.writeHead(status, ['content-type', type, 'content-length', bytes, ...headers]).end(body);
};

export const answerJson = (response: ServerResponse, value: unknown, status = 200): void =>
  answer(response, { status, body: JSON.stringify(value) });
