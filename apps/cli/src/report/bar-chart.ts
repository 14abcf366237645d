const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;

/** A bar of `share` (0 to 1) of `width` characters, exact to an eighth of one; padded to `width`. */
export const bar = (share: number, width: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = Math.floor(filled / 8);
  const rest = filled % 8 === 0 ? '' : eighths[filled % 8];
  return `${'█'.repeat(full)}${rest}`.padEnd(width);
};

export type Span = { fromMs: number; widthMs: number; outcomes: number };

/** Neighbouring spans joined so that at most `most` are left; all of one width. */
export const joinSpans = (spans: readonly Span[], most: number): Span[] => {
  const [first] = spans;
  if (first === undefined || spans.length <= most) return [...spans];
  const times = Math.ceil(spans.length / most);
  return Array.from({ length: Math.ceil(spans.length / times) }, (_, i) => {
    const group = spans.slice(i * times, (i + 1) * times);
    return {
      fromMs: first.fromMs + i * times * first.widthMs,
      widthMs: times * first.widthMs,
      outcomes: group.reduce((sum, { outcomes }) => sum + outcomes, 0),
    };
  });
};
