import { answer, answerJson } from '../answer.ts';
import type { Ask, Route } from '../ask.ts';

/** Answers made of the request itself. */
export const mirrorRoutes: Record<string, Route> = {
  '/etag': (ask) => answerUnlessKnown(ask),
  '/headers': ({ request, response }) => answerJson(response, request.headers),
  '/echo': (ask) => echo(ask),
};

/** 304 when If-None-Match names the current version (`version`, default 1). */
function answerUnlessKnown({ query, request, response }: Ask): void {
  const etag = JSON.stringify(query.get('version') ?? '1');
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  const status = known.includes(etag) ? 304 : 200;
  answer(response, { status, headers: ['etag', etag], body: JSON.stringify({ version: etag }) });
}

function echo({ request, response }: Ask): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    answerJson(response, { method, url, headers, body: Buffer.concat(chunks).toString() });
  });
}
