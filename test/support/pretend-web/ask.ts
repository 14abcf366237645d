import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebMemory } from './web-memory.ts';

/** One request on its way to a route. */
export type Ask = {
  /** Lower case, without port. */
  host: string;
  /** Without query. */
  path: string;
  /** What follows the route's name: `404` of `/status/404`, else empty. */
  rest: string;
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
  memory: WebMemory;
  nowMs: () => number;
};

/** Answers one request. Throws BadAsk when the query makes no sense. */
export type Route = (ask: Ask) => void;

/** Told to the caller as a 400: a test with a mistyped query must not pass by accident. */
export class BadAsk extends Error {}

/** A whole number >= 0 from the query. */
export const wholeNumber = (query: URLSearchParams, name: string, otherwise: number): number =>
  readWhole(name, query.get(name) ?? String(otherwise));

export const readWhole = (name: string, text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new BadAsk(`${name}: expected a whole number, got "${text}"`);
  return Number(text);
};

export const oneOf = <T extends string>(query: URLSearchParams, name: string, choices: readonly [T, ...T[]]): T => {
  const given = query.get(name) ?? choices[0];
  const choice = choices.find((each) => each === given);
  if (choice === undefined) throw new BadAsk(`${name}: expected ${choices.join(' or ')}, got "${given}"`);
  return choice;
};
