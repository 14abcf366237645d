import { answer } from '../answer.ts';
import { type Ask, BadAsk, oneOf, type Route } from '../ask.ts';
import { byteOrderMarks, charsetSamples, encodeIn } from '../encode-charset.ts';

/** An HTML page whose h1 is `charsetSamples[label]`, in that charset, which is told in one place only. */
export const charsetRoutes: Record<string, Route> = { '/charset': (ask) => answerInCharset(ask) };

function answerInCharset({ query, response }: Ask): void {
  const label = (query.get('label') ?? 'utf-8').toLowerCase();
  const sample = charsetSamples[label];
  if (sample === undefined)
    throw new BadAsk(`label: expected ${Object.keys(charsetSamples).join(', ')}, got "${label}"`);
  const where = oneOf(query, 'where', ['header', 'meta', 'bom']);
  const meta = where === 'meta' ? `<meta charset="${label}">` : '';
  const page = encodeIn(label, `<!doctype html><html><head>${meta}</head><body><h1>${sample}</h1></body></html>`);
  const mark = where === 'bom' ? markOf(label) : Buffer.alloc(0);
  const type = where === 'header' ? `text/html; charset=${label}` : 'text/html';
  answer(response, { type, body: Buffer.concat([mark, page]) });
}

function markOf(label: string): Buffer {
  const mark = byteOrderMarks[label];
  if (mark === undefined) throw new BadAsk(`where: ${label} has no byte order mark`);
  return mark;
}
