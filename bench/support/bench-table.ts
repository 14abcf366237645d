import type { CaseResult } from './bench-case.ts';
import { type Figure, isMet, showTarget, showValue } from './figure.ts';

export type CaseReport = {
  name: string;
  about: string;
  tookMs: number;
  /** Share of the machine that was not ours, 0 to 1; undefined where it cannot be told. */
  otherLoad: number | undefined;
  result: CaseResult | { kind: 'failed'; error: string };
};

/** Above this, a figure says as much about the neighbours as about Trawl. */
const quietLoad = 0.05;

const head = ['case', 'figure', 'trawl', 'reference', 'ratio', 'target', 'met'];

/** A plain table of all figures, the notes below it, and what was skipped or failed, with the reason. */
export const tableOf = (reports: CaseReport[]): string => {
  const rows = reports.flatMap(rowsOf);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const lines = [head, widths.map((width) => '-'.repeat(width)), ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = reports.flatMap(notesOf);
  const appendix = reports.flatMap(({ result }) => (result.kind === 'measured' ? (result.appendix ?? []) : []));
  return [lines, notes, appendix]
    .filter((part) => part.length > 0)
    .map((part) => `${part.join('\n')}\n`)
    .join('\n');
};

function rowsOf({ name, result }: CaseReport): string[][] {
  switch (result.kind) {
    case 'measured':
      return result.figures.map((figure, i) => [i === 0 ? name : '', ...cellsOf(figure)]);
    case 'skipped':
    case 'failed':
      return [[name, result.kind]];
  }
}

function cellsOf(figure: Figure): string[] {
  const { what, value, unit, reference, ratio } = figure;
  const met = isMet(figure);
  return [
    what,
    showValue(value, unit),
    reference === undefined ? '' : `${reference.name} ${showValue(reference.value, unit)}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    showTarget(figure),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ];
}

function notesOf({ name, result, otherLoad = 0 }: CaseReport): string[] {
  const others = `others took ${(otherLoad * 100).toFixed(0)} % of this machine meanwhile: repeat when it is quiet`;
  switch (result.kind) {
    case 'measured':
      return [...result.notes, ...(otherLoad > quietLoad ? [others] : [])].map((note) => `${name}: ${note}`);
    case 'skipped':
      return [`${name} skipped: ${result.reason}`];
    case 'failed':
      return [`${name} FAILED: ${result.error}`];
  }
}
