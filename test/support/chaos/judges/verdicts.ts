/** What a judge found wrong: the promise that was broken, and as much as is needed to see how. */
export type Violation = { promise: string; details: string };

/** The first few of a list, so that a verdict stays readable. */
export const some = (items: readonly string[], most = 5): string =>
  `${items.length}: ${items.slice(0, most).join('; ')}${items.length > most ? '; ...' : ''}`;

export const found = (promise: string, items: readonly string[]): Violation[] =>
  items.length === 0 ? [] : [{ promise, details: some(items) }];
