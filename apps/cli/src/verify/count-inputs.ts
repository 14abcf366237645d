import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { openLines } from '../records/open-lines.ts';

/** How many inputs a source holds now; of some of them, on which line they stand. */
export type InputCount =
  | { kind: 'counted'; inputs: number; lineOf: Map<number, number> }
  | { kind: 'skipped'; why: string };

/**
 * Counts the inputs of a source without the code that fed the run, as a second opinion. CSV is not counted: its rows span lines.
 * @param wanted numbers of inputs whose line is to be told
 */
export const countInputs = async (source: SourceSpec, wanted: Iterable<number>): Promise<InputCount> => {
  switch (source.kind) {
    case 'urls':
      return { kind: 'counted', inputs: source.urls.length, lineOf: new Map([...wanted].map((seq) => [seq, seq + 1])) };
    case 'csv':
      return { kind: 'skipped', why: 'rows of a CSV file are not counted' };
    case 'jsonl':
      return countLines(source.path, { isInput: (line) => line !== '', wanted: new Set(wanted) });
    case 'text':
    case 'stdin':
      return countLines(source.path, {
        isInput: (line) => line !== '' && !line.startsWith('#'),
        wanted: new Set(wanted),
      });
  }
};

async function countLines(
  path: string,
  { isInput, wanted }: { isInput: (trimmed: string) => boolean; wanted: Set<number> },
): Promise<InputCount> {
  const lineOf = new Map<number, number>();
  let inputs = 0;
  let line = 0;
  try {
    for await (const lines of openLines(path))
      for (const { text } of lines) {
        line += 1;
        if (!isInput(text.trim())) continue;
        if (wanted.has(inputs)) lineOf.set(inputs, line);
        inputs += 1;
      }
  } catch (error) {
    return { kind: 'skipped', why: `the source cannot be read: ${(error as Error).message}` };
  }
  return { kind: 'counted', inputs, lineOf };
}
