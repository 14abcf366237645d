import { isFailure, type OutcomeClass, outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import { showCount } from '@trawl/shared/domain/quantities.ts';
import { didYouMean } from '../command-line/nearest-word.ts';

/** A condition under which a complete run still exits 1: `failed>0`, `failed>5%`, `http-error>10`, `unreachable`. */
export type FailOn = {
  text: string;
  counts: OutcomeClass[];
  limit: number;
  unit: 'lines' | 'percent';
  orEqual: boolean;
};

const pattern = /^([a-z-]+?)\s*(?:(>=|>)\s*(\d+(?:\.\d+)?)\s*(%?))?$/;

/** The condition, or what is wrong with it. A name alone means "more than none". */
export const parseFailOn = (text: string): FailOn | { problem: string } => {
  const match = pattern.exec(text.trim());
  if (match === null)
    return { problem: `expected a condition like failed>0, failed>5% or http-error>10, got "${text}"` };
  const [, name = '', comparison = '>', limit = '0', percent] = match;
  const counts = name === 'failed' ? outcomeClasses.filter(isFailure) : outcomeClasses.filter((each) => each === name);
  if (counts.length === 0)
    return {
      problem: `"${name}" is neither failed nor a class of outcomes${didYouMean(name, ['failed', ...outcomeClasses])}`,
    };
  return {
    text: text.trim(),
    counts,
    limit: Number(limit),
    unit: percent === '%' ? 'percent' : 'lines',
    orEqual: comparison === '>=',
  };
};

/** How the condition holds for these counts, as a sentence; undefined when it does not. */
export const whyFailed = (condition: FailOn, classes: Partial<Record<string, number>>): string | undefined => {
  const all = Object.values(classes).reduce((sum: number, n) => sum + (n ?? 0), 0);
  const n = condition.counts.reduce((sum, each) => sum + (classes[each] ?? 0), 0);
  const measured = condition.unit === 'lines' ? n : all === 0 ? 0 : (n / all) * 100;
  const holds = condition.orEqual ? measured >= condition.limit : measured > condition.limit;
  if (!holds) return undefined;
  const share = condition.unit === 'percent' ? ` (${measured.toFixed(1)} %)` : '';
  return `--fail-on ${condition.text} holds: ${showCount(n)} of ${showCount(all)} lines${share}`;
};
