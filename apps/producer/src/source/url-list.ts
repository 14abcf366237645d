import { createNumbering } from './number-rows.ts';
import { type SourceLine, type SourcePosition, startOfSource } from './source.ts';

/** URLs of the command line or a program; the n-th has line n. Blank ones are inputs too: somebody wrote them. */
export async function* listUrls(urls: string[], from: SourcePosition = startOfSource): AsyncGenerator<SourceLine[]> {
  const numbering = createNumbering({ ...from, line: from.ordinal, offset: 0 }, 0);
  for (const url of urls.slice(from.ordinal)) numbering.add({ text: url.trim() }, { lines: 1, offset: 0 });
  yield* numbering.takeBatches();
}
