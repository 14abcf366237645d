import { type OutcomeClass, outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';

/** A list of URLs together with what a crawl of it must record. */
export type UrlList = {
  /** The file: a URL (or an attempt at one) per line, `#` comments, blank lines; ends with a line break. */
  text: string;
  /** How many lines end in each class; every class is named. */
  expected: Record<OutcomeClass, number>;
  /** Lines that are neither blank nor comment: the sum over `expected`. */
  inputLines: number;
};

/** A line of a list, and the class in which it must end. */
export type DealtLine = { line: string; class: OutcomeClass };

/** Writes the lines in this order under a heading, with a comment and a blank line after every `commentEvery`. */
export const urlList = (heading: string, dealt: readonly DealtLine[], commentEvery: number): UrlList => {
  const expected = Object.fromEntries(outcomeClasses.map((each) => [each, 0])) as Record<OutcomeClass, number>;
  const physical = [`# ${heading}`, ''];
  for (const [index, { line, class: outcome }] of dealt.entries()) {
    if (index > 0 && index % commentEvery === 0) physical.push('', `# from here on: line ${index} and more`);
    physical.push(line);
    expected[outcome] += 1;
  }
  return { text: `${physical.join('\n')}\n`, expected, inputLines: dealt.length };
};
