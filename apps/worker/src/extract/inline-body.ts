import type { FetchedBody } from '@trawl/shared/domain/fetch-outcome.ts';
import { contentTypeOf } from './content-type.ts';
import { decodeText } from './decode-text.ts';

/**
 * A body as JSON text for the record, or undefined where it is not kept there. A JSON body goes in as it came, since parsing
 * and writing it again would spoil numbers of more than 15 digits; one that is cut or is not JSON goes in as a string, like any text.
 */
export const inlineBody = (
  body: FetchedBody,
  contentType: string | undefined,
  { jsonOnly }: { jsonOnly: boolean },
): string | undefined => {
  if (contentType === undefined) return undefined;
  const { kind, charset } = contentTypeOf(contentType);
  if (kind === undefined || (jsonOnly && kind !== 'json')) return undefined;
  if (body.kept.length === 0 && body.truncated) return undefined;
  const text = decodeText(body.kept, kind, charset, !body.truncated);
  if (kind === 'json' && !body.truncated && isJson(text)) return onOneLine(text);
  return JSON.stringify(text);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** In valid JSON a line break stands only between tokens, where a space says the same. */
const onOneLine = (json: string): string => (/[\r\n]/.test(json) ? json.replace(/[\r\n]/g, ' ') : json);
