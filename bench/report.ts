// Figures to Markdown. Judges nothing but whether a target of BENCH.md was met.
import type { Sample } from './measure';
import type { Comparison, RowResult } from './rows/row';
import { medianOf, type ContenderResult, type Metric } from './sideBySide';

export interface ReportHead {
  readonly isQuick: boolean;
  readonly machine: readonly (readonly [string, string])[];
}

/** The whole report. `remarks` is what people have to say of it, in Markdown. */
export function formatReport(head: ReportHead, rows: readonly RowResult[], remarks: string): string {
  const mode = head.isQuick ? ' (quick: small files, few runs, for a first look only)' : '';
  return [
    `# Benchmark results${mode}`,
    '',
    'Written by `npm run bench`. Each row was run side by side in one go, A B A B …; figures are medians, with the',
    'fastest and slowest run in brackets. The bytes of every result were checked. Ratios mean more than seconds.',
    '',
    ...head.machine.map(([name, value]) => `- ${name}: ${value}`),
    '',
    '## Targets',
    '',
    '| row | what | found | target | |',
    '| --- | --- | --- | --- | --- |',
    ...rows.flatMap(({ id, comparisons }) => comparisons.map((comparison) => formatComparison(id, comparison))),
    '',
    ...rows.flatMap(formatRow),
    remarks.trim(),
    '',
  ].join('\n');
}

/** One row as it appears in the report. */
export function formatRow({ id, title, contenders, notes }: RowResult): string[] {
  const [first] = contenders;
  const table = [
    '| | runs | wall s | user+sys s | peak MB | first row / this one, wall |',
    '| --- | --- | --- | --- | --- | --- |',
    ...contenders.map((contender) => formatContender(contender, first ?? contender)),
    '',
  ];
  return [
    `## ${id}: ${title}`,
    '',
    ...(contenders.length === 0 ? [] : table),
    ...notes.map((note) => `- ${note}`),
    ...(notes.length === 0 ? [] : ['']),
  ];
}

export function formatComparison(id: string, { text, found, target, unit }: Comparison): string {
  const figure = (value: number): string => `${value.toFixed(unit === 'KB' || unit === 'MB' ? 1 : 3)} ${unit}`;
  const verdict = found === null ? 'not measured' : found <= target ? 'met' : '**missed**';
  return `| ${id} | ${text} | ${found === null ? '–' : figure(found)} | at most ${target} ${unit} | ${verdict} |`;
}

function formatContender(contender: ContenderResult, first: ContenderResult): string {
  const { name, samples } = contender;
  const ours = medianOf(first, 'wallSeconds');
  const theirs = medianOf(contender, 'wallSeconds');
  const ratio = ours === null || theirs === null ? '–' : (ours / theirs).toFixed(2);
  const cells = [
    formatMetric(contender, 'wallSeconds', 1),
    formatMetric(contender, 'cpuSeconds', 1),
    formatMetric(contender, 'peakBytes', 1e6),
  ];
  return `| ${name} | ${samples.length} | ${cells.join(' | ')} | ${ratio} |`;
}

function formatMetric(contender: ContenderResult, metric: Metric, divisor: number): string {
  const middle = medianOf(contender, metric);
  if (middle === null) return '–';
  const digits = divisor === 1 ? 2 : 0;
  const values = contender.samples.map((sample: Sample) => sample[metric]).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => (value / divisor).toFixed(digits));
  const spread = values.length > 1 ? ` (${low ?? ''}–${high ?? ''})` : '';
  return `${(middle / divisor).toFixed(digits)}${spread}`;
}
