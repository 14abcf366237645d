import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { found, type Violation } from '../judges/verdicts.ts';

type Kept = { seq: number; class: string; bodyBytes?: number; sha256?: string; bodyFile?: string };

/** Each page's body is in the file that its record names, whole. */
export const judgeBodies = async (records: readonly string[], directory: string): Promise<Violation[]> => {
  const bad: string[] = [];
  for (const { seq, class: outcome, bodyBytes, sha256, bodyFile } of records.map((text) => JSON.parse(text) as Kept)) {
    if (outcome !== 'ok' || bodyBytes === 0) continue;
    const bytes = await readFile(join(directory, bodyFile ?? 'no file')).catch(() => undefined);
    const hash = bytes && createHash('sha256').update(bytes).digest('hex');
    if (hash === undefined || hash !== sha256 || bytes?.length !== bodyBytes) bad.push(`${seq}: ${bodyFile}`);
  }
  return found('bodies are in their files', bad);
};
