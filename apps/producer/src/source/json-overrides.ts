import { headerNamePattern, mayBeGiven } from '@trawl/shared/domain/request-headers.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import { z } from 'zod';
import { textOfNumber } from './exact-json.ts';

/** Bytes of RFC 9110 field content; no line break, no NUL, nothing beyond Latin-1. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const method = z
  .string()
  .transform((name) => name.toUpperCase())
  .pipe(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']));

// Not z.record: it leaves `__proto__` out, which is a header name like any other.
const headers = z.unknown().transform((given, context) => {
  const isMapping = given !== null && typeof given === 'object' && !Array.isArray(given);
  const entries = isMapping ? Object.entries(given).map(textEntry) : undefined;
  if (entries?.every(isSendable)) return entries;
  context.addIssue({ code: 'custom', message: 'bad header' });
  return z.NEVER;
});

const requestFields = z.object({ method: method.nullish(), headers: headers.nullish(), body: z.unknown().optional() });

/**
 * `method`, `headers` and `body` of a JSON object, undefined when it changes nothing of a plain GET. null is absent.
 * A body that is no string is sent as JSON, with that content type unless the line gives another.
 */
export const readOverrides = (value: object): RequestOverrides | 'bad-override' | undefined => {
  if (!changesRequest(value)) return undefined;
  const fields = requestFields.safeParse(value);
  if (!fields.success) return 'bad-override';
  const body = serialised(fields.data.body);
  if (body === 'too-deep') return 'bad-override';
  const lines = new Map(fields.data.headers ?? []);
  if (body?.isJson && !lines.has('content-type')) lines.set('content-type', 'application/json');
  const overrides: RequestOverrides = {};
  if (fields.data.method && fields.data.method !== 'GET') overrides.method = fields.data.method;
  if (lines.size > 0) overrides.headers = Object.fromEntries(lines);
  if (body !== undefined) overrides.body = body.text;
  return Object.keys(overrides).length === 0 ? undefined : overrides;
};

function changesRequest(value: object): boolean {
  return Object.hasOwn(value, 'method') || Object.hasOwn(value, 'headers') || Object.hasOwn(value, 'body');
}

function textEntry([name, value]: [string, unknown]): [name: string, text: string | undefined] {
  return [name.toLowerCase(), typeof value === 'string' ? value : textOfNumber(value)];
}

function isSendable(entry: [name: string, text: string | undefined]): entry is [string, string] {
  const [name, text] = entry;
  return text !== undefined && headerNamePattern.test(name) && mayBeGiven(name) && headerValue.test(text);
}

function serialised(body: unknown): { text: string; isJson: boolean } | 'too-deep' | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return { text: body, isJson: false };
  try {
    return { text: JSON.stringify(body), isJson: true };
  } catch {
    // JSON.parse reads any depth, JSON.stringify runs out of stack.
    return 'too-deep';
  }
}
