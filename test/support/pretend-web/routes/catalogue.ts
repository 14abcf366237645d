import { answer, answerJson, html } from '../answer.ts';
import { type Ask, BadAsk, type Route, wholeNumber } from '../ask.ts';
import { pretendProduct, productJson, productPage } from '../pretend-product.ts';

/** Every pretend host is also a shop of this many products. */
export const catalogueSize = 10_000;

const perPage = 50;

export const catalogueRoutes: Record<string, Route> = {
  '/products': (ask) => answerProduct(ask),
  '/catalogue': (ask) => answerCatalogue(ask),
};

/** `/products/17` is an HTML page of 4 to 12 KB, `/products/17.json` 1 KB of JSON. */
function answerProduct({ rest, response }: Ask): void {
  const [, digits, suffix] = /^(\d{1,9})(\.json)?$/.exec(rest) ?? [];
  const id = Number(digits ?? 0);
  if (id < 1 || id > catalogueSize) answerJson(response, { error: 'no such product' }, 404);
  else if (suffix === '.json') answer(response, { body: productJson(id, 1024) });
  else answer(response, { type: html, body: productPage(id, 4096 + ((id * 37) % 8192)) });
}

function answerCatalogue({ query, response }: Ask): void {
  const page = wholeNumber(query, 'page', 1);
  const last = catalogueSize / perPage;
  if (page < 1 || page > last) throw new BadAsk(`page: expected 1 to ${last}, got ${page}`);
  const items = Array.from({ length: perPage }, (_, index) => pretendProduct((page - 1) * perPage + index + 1));
  const list = items.map(({ id, title }) => `<li><a href="/products/${id}">${title}</a></li>`).join('\n');
  const next = page < last ? `<a rel="next" href="/catalogue?page=${page + 1}">next</a>` : '';
  const head = `<meta charset="utf-8"><title>Catalogue, page ${page}</title>`;
  const body = `<!doctype html>\n<html lang="en"><head>${head}</head>\n<body><ul>\n${list}\n</ul>${next}</body></html>\n`;
  answer(response, { type: html, body });
}
