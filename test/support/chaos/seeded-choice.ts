import { below } from '../pretend-web/seeded-random.ts';

/** What a seed decides, drawn in order: the same seed draws the same. */
export const choicesOf = (random: () => number) => ({
  /** A whole number from `least` to `most`. */
  whole: (least: number, most: number): number => least + below(random, most - least + 1),
  oneOf: <T>(items: readonly T[]): T => {
    const item = items[below(random, items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  },
  chance: (probability: number): boolean => random() < probability,
});

export type Choices = ReturnType<typeof choicesOf>;
