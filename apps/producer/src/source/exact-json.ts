/** What JavaScript has and the library of TypeScript 7.0 does not know yet. */
const json = JSON as unknown as {
  parse: (text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown) => unknown;
  rawJSON: (text: string) => unknown;
  isRawJSON: (value: unknown) => value is { rawJSON: string };
};

/** More digits than a number of JavaScript holds, or an exponent that may be beyond it. */
const mayLose = /[\d.]{16}|\d[eE]/;

/**
 * JSON.parse, but numbers that JavaScript would spell another way (an id of 20 digits, 1e400) stay what they are: as values
 * that JSON.stringify writes down as they came. Throws SyntaxError.
 */
export const parseExactly = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  if (!mayLose.test(text)) return value;
  try {
    return json.parse(text, (_key, part, { source }) =>
      typeof part === 'number' && source !== undefined && String(part) !== source ? json.rawJSON(source) : part,
    );
  } catch {
    // So deep that visiting it runs out of stack: it cannot be written down either.
    return value;
  }
};

/** A number as text, exactly; undefined for anything else. */
export const textOfNumber = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value);
  return json.isRawJSON(value) ? value.rawJSON : undefined;
};
