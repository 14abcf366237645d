import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from 'yaml';

/** A value as it was written: the text of a scalar, not what YAML makes of it (`1e3`, `0x10` and `yes` stay as they are). */
export type YamlValue =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'map'; entries: YamlEntry[] }
  | { kind: 'none' };

/** Keys are data: `__proto__` is a key like any other. Lines count from 1. */
export type YamlEntry = { key: string; line: number; value: YamlValue };

export type YamlProblem = { line: number; message: string };

/** The `key: value` lines of a YAML text with their line numbers, as far as it can be read. */
export const readYamlEntries = (text: string): { entries: YamlEntry[]; problems: YamlProblem[] } => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  const problems = problemsOf(document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), message })));
  const read = valueOf(document.contents, { document, lineAt }, 0);
  if (read.kind === 'map') return { entries: read.entries, problems };
  const isEmpty = read.kind === 'none' || problems.length > 0;
  return { entries: [], problems: isEmpty ? problems : [{ line: 1, message: 'expected lines like `key: value`' }] };
};

/** A file that goes so deep that its parser runs out of stack gets one word about it, not one for each level. */
function problemsOf(problems: YamlProblem[]): YamlProblem[] {
  const first = problems.find(({ message }) => /call stack|stack overflow/i.test(message));
  return first === undefined ? problems : [{ line: first.line, message: 'nested too deeply' }];
}

type Context = { document: Document.Parsed; lineAt: (offset: number) => number };

/** No key of a crawl file goes deeper. What does is not read: aliases can make anything of a few lines, without end too. */
const deepest = 4;

function valueOf(given: unknown, context: Context, depth: number): YamlValue {
  const node = isAlias(given) ? given.resolve(context.document) : given;
  if (depth > deepest) return { kind: 'none' };
  if (isMap(node))
    return {
      kind: 'map',
      entries: node.items.map(({ key, value }) => ({
        ...placeOf(key, context),
        value: valueOf(value, context, depth + 1),
      })),
    };
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => textOf(item, context)) };
  if (isScalar(node) && !isNothing(node)) return { kind: 'text', text: textOf(node, context) };
  return { kind: 'none' };
}

function placeOf(key: unknown, context: Context): { key: string; line: number } {
  const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
  return { key: textOf(key, context), line: context.lineAt(offset) };
}

const isNothing = (scalar: Scalar): boolean => scalar.value === null || scalar.value === undefined;

/** Of a list within a list, or a map within one, the YAML: it is refused later, with these words. */
function textOf(given: unknown, { document }: Context): string {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (!isScalar(node)) return String(node);
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}
