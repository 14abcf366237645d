/** The middle one of an odd number of figures, the mean of the middle two of an even number. Throws without any. */
export const median = (figures: number[]): number => {
  const sorted = figures.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('no figures');
  return (upper + lower) / 2;
};
