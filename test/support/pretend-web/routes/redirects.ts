import { answer } from '../answer.ts';
import { type Ask, BadAsk, type Route, wholeNumber } from '../ask.ts';

/** Ways round a corner. `Location` is relative, except for `/redirect-to`, which sends `url` as it is given. */
export const redirectRoutes: Record<string, Route> = {
  '/redirect': (ask) => hop(ask),
  '/redirect-loop': ({ query, response }) => redirect(response, query, '/redirect-loop'),
  '/redirect-to': ({ query, response }) => redirect(response, query, required(query, 'url')),
};

function hop({ query, response }: Ask): void {
  const hops = wholeNumber(query, 'hops', 1);
  if (hops <= 1) return redirect(response, query, query.get('to') ?? '/ok');
  const next = new URLSearchParams(query);
  next.set('hops', String(hops - 1));
  redirect(response, query, `/redirect?${next}`);
}

function redirect(response: Ask['response'], query: URLSearchParams, location: string): void {
  const status = wholeNumber(query, 'status', 302);
  answer(response, { status, headers: ['location', location], body: '{"moved":true}' });
}

function required(query: URLSearchParams, name: string): string {
  const given = query.get(name);
  if (given === null) throw new BadAsk(`${name}: missing`);
  return given;
}
