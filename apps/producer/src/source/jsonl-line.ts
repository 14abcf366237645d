import { parseExactly } from './exact-json.ts';
import { readOverrides } from './json-overrides.ts';
import type { RowContent } from './source.ts';

const notJson = Symbol('not JSON');

/**
 * A JSON object with the URL in a field of its own, or a JSON string that is the URL; blank lines are no inputs.
 * `method`, `headers` and `body` of the object become overrides of the request.
 */
export const readJsonLine = (line: string, field: string): RowContent | undefined => {
  const text = line.trim();
  if (text === '') return undefined;
  const value = parseJson(text);
  if (value === notJson) return { text, problem: 'bad-json' };
  if (typeof value === 'string') return { text: value.trim() };
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { text, problem: 'missing-url' };
  const url: unknown = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
  if (typeof url !== 'string' || url.trim() === '') return { text, problem: 'missing-url' };
  const read = readOverrides(value);
  // The rest of the line may hold credentials, and its number says where it stands.
  if (read === 'bad-override') return { text: url.trim(), problem: read };
  return read === undefined ? { text: url.trim() } : { text: url.trim(), overrides: read };
};

function parseJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return notJson;
  }
}
