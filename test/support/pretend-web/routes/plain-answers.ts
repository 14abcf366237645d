import { answer, html, json } from '../answer.ts';
import { type Ask, BadAsk, type Route, readWhole, wholeNumber } from '../ask.ts';
import { productJson, productPage } from '../pretend-product.ts';

/** Answers that need no state. Every route of the pretend web also takes `delay`, ms before it begins. */
export const plainRoutes: Record<string, Route> = {
  '/ok': ({ response }) => answer(response, { body: okBody }),
  '/delay': ({ response }) => answer(response, { body: okBody }),
  '/held': ({ memory, response }) => void memory.held().then(() => answer(response, { body: okBody })),
  '/json': ({ query, response }) =>
    answer(response, { body: productJson(wholeNumber(query, 'id', 1), wholeNumber(query, 'bytes', 1024)) }),
  '/page': ({ query, response }) =>
    answer(response, { type: html, body: productPage(wholeNumber(query, 'id', 1), wholeNumber(query, 'bytes', 8192)) }),
  '/text': ({ query, response }) => answer(response, { type: 'text/plain', body: paddedText(query) }),
  '/status': (ask) => answerStatus(ask),
};

const okBody = Buffer.from('{"ok":true}');

/** `body`, lines of comment as long as `pad` bytes, `end`. */
function paddedText(query: URLSearchParams): string {
  const comments = '# nothing to see here\n'.repeat(Math.ceil(wholeNumber(query, 'pad', 0) / 22));
  return `${query.get('body') ?? ''}\n${comments}${query.get('end') ?? ''}`;
}

function answerStatus({ rest, query, response }: Ask): void {
  const status = readWhole('status', rest);
  if (status < 200 || status > 999) throw new BadAsk(`status: expected 200 to 999, got ${status}`);
  const wait = query.get('retry-after');
  const headers = wait === null ? [] : ['retry-after', wait];
  answer(response, { status, type: json, headers, body: `{"status":${status}}` });
}
