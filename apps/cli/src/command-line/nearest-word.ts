/** The known word that was probably meant; undefined when none is near enough to be a slip of the fingers. */
export const nearestWord = (given: string, known: Iterable<string>): string | undefined => {
  let best: { word: string; distance: number } | undefined;
  for (const word of known) {
    const distance = isBeginning(given, word) ? 0.5 : editDistance(given.toLowerCase(), word);
    if (distance <= Math.max(1, Math.ceil(word.length / 3)) && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { word, distance };
  }
  return best?.word;
};

/** ` (did you mean X?)`, or nothing. */
export const didYouMean = (given: string, known: Iterable<string>): string => {
  const word = nearestWord(given, known);
  return word === undefined ? '' : ` (did you mean ${word}?)`;
};

const isBeginning = (given: string, word: string): boolean => given.length >= 3 && word.startsWith(given);

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
