import type { TextKind } from './decode-text.ts';

/** A content type taken apart: what kind of text it promises, if any, and the charset it names, in lower case. */
export type ContentType = { kind: TextKind | undefined; charset: string | undefined };

export const contentTypeOf = (header: string): ContentType => {
  const known = recent.get(header);
  if (known) return known;
  const parsed = parse(header);
  if (header.length > mostKeptLength) return parsed;
  if (recent.size >= mostRecent) recent.clear();
  recent.set(header, parsed);
  return parsed;
};

/** A crawl sees the same few headers over and over. */
const recent = new Map<string, ContentType>();
const mostRecent = 1000;
const mostKeptLength = 200;

const parse = (header: string): ContentType => {
  const [type = ''] = header.toLowerCase().split(';', 1);
  const charset = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))/i.exec(header);
  return { kind: kindOf(type.trim()), charset: (charset?.[1] ?? charset?.[2] ?? charset?.[3])?.toLowerCase() };
};

const kindOf = (type: string): TextKind | undefined => {
  if (type === 'application/json' || type === 'text/json' || type.endsWith('+json')) return 'json';
  if (type === 'text/html') return 'html';
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return 'xml';
  return type.startsWith('text/') || otherTexts.has(type) ? 'text' : undefined;
};

const otherTexts: ReadonlySet<string> = new Set([
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/x-ndjson',
  'application/jsonl',
  'application/yaml',
  'application/x-www-form-urlencoded',
  'application/graphql',
  'application/sql',
  'application/toml',
]);
