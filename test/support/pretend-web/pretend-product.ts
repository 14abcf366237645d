import { BadAsk } from './ask.ts';

/** A product of the pretend shops; everything follows from its number. */
export type PretendProduct = { id: number; title: string; price: string; currency: 'EUR'; inStock: boolean };

export const pretendProduct = (id: number): PretendProduct => ({
  id,
  title: `${pick(adjectives, id)} ${pick(things, Math.floor(id / adjectives.length))} no. ${id}`,
  price: (((id * 7919) % 9900) / 100 + 1).toFixed(2),
  currency: 'EUR',
  inStock: id % 7 !== 0,
});

/** JSON of exactly this many bytes, all ASCII. */
export const productJson = (id: number, bytes: number): string => {
  const start = `${JSON.stringify(pretendProduct(id)).slice(0, -1)},"description":"`;
  return fill({ start, end: '"}', bytes, block: 'Made of pretended matter. ', rest: 'x' });
};

/** An HTML page of exactly this many bytes, all ASCII. */
export const productPage = (id: number, bytes: number): string => {
  const { title, price, currency, inStock } = pretendProduct(id);
  const start =
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>\n<body><main>` +
    `<h1 class="title">${title}</h1>\n<p class="price" data-currency="${currency}">${price}</p>\n` +
    `<p class="stock">${inStock ? 'in stock' : 'sold out'}</p>\n<section class="description">\n`;
  return fill({ start, end: '</section></main></body></html>\n', bytes, block: paragraph, rest: ' ' });
};

const adjectives = ['Quiet', 'Folding', 'Brass', 'Woollen', 'Endless', 'Pocket', 'Northern', 'Patient'];
const things = ['kettle', 'lamp', 'ladder', 'compass', 'blanket', 'trowel', 'inkwell', 'bicycle bell', 'telescope'];
const paragraph =
  '<p>Tested by <a href="/catalogue?page=1">our readers</a>: <em>does what it says</em>, for years.</p>\n' +
  '<ul><li>height 12 cm</li><li>weight 340 g</li><li>two years of warranty</li></ul>\n';

function pick(from: readonly string[], index: number): string {
  return from[index % from.length] ?? '';
}

function fill(page: { start: string; end: string; bytes: number; block: string; rest: string }): string {
  const missing = page.bytes - page.start.length - page.end.length;
  if (missing < 0) throw new BadAsk(`bytes: at least ${page.bytes - missing} are needed here, got ${page.bytes}`);
  return page.start + filling(page.block, page.rest, missing) + page.end;
}

const fillings = new Map<string, string>();

/** The same few sizes are asked again and again: building them anew would cost more than sending them. */
function filling(block: string, rest: string, bytes: number): string {
  const key = `${block}${bytes}`;
  const known = fillings.get(key);
  if (known !== undefined) return known;
  const blocks = Math.floor(bytes / block.length);
  const made = block.repeat(blocks) + rest.repeat(bytes - blocks * block.length);
  if (fillings.size >= 64) fillings.clear();
  fillings.set(key, made);
  return made;
}
