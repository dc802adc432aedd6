// Progress as text. Pure: no terminal, no clock.
import { formatBytes, formatDuration, percentOf } from '../assets/quantityText';

/** What a progress line says of one file. */
export interface ProgressFacts {
  readonly name: string;
  readonly receivedBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
  readonly connections: number;
}

/** One line for a log: `model.bin: 42 % of 100 MB, 9.8 MB/s, 0:06 left, 4 connections`. */
export function formatProgressLine(facts: ProgressFacts): string {
  const { name, receivedBytes, totalBytes, connections } = facts;
  const percent = percentOf(receivedBytes, totalBytes);
  const amount = percent === null ? formatBytes(receivedBytes) : `${percent} % of ${formatBytes(totalBytes ?? 0)}`;
  return [`${name}: ${amount}`, formatSpeed(facts), formatLeft(facts), formatConnections(connections)]
    .filter((part) => part !== null)
    .join(', ');
}

/**
 * One line for a terminal `columns` cells wide: `model.bin  42 % [====>     ] 42 MB of 100 MB  9.8 MB/s  0:06 left`.
 * Never longer than `columns - 1`, since writing the last cell would wrap; what matters least goes first.
 */
export function formatProgressBar(facts: ProgressFacts, columns: number): string {
  const width = Math.max(0, columns - 1);
  const percent = percentOf(facts.receivedBytes, facts.totalBytes);
  // Padded, so that the line does not jump with every figure.
  const received = formatBytes(facts.receivedBytes).padStart(7);
  const amount = facts.totalBytes === null ? received : `${received} of ${formatBytes(facts.totalBytes)}`;
  const essential = [percent === null ? null : `${String(percent).padStart(3)} %`, amount];
  const extras = [formatSpeed(facts)?.padStart(9) ?? null, formatLeft(facts), formatConnections(facts.connections)];
  const tail = fitParts(essential, extras, width);
  const barWidth = Math.min(30, width - tail.length - 2 - Math.min(facts.name.length, 16) - 2);
  const bar = percent === null || barWidth < 8 ? '' : `${drawBar(percent, barWidth)}  `;
  const name = fitName(facts.name, width - tail.length - bar.length - 2);
  return `${name === '' ? '' : `${name}  `}${bar}${tail}`.slice(0, width);
}

function fitParts(essential: (string | null)[], extras: (string | null)[], width: number): string {
  const parts = essential.filter((part) => part !== null);
  let text = parts.join('  ');
  for (const extra of extras) {
    if (extra === null || text.length + 2 + extra.length > width) continue;
    text = `${text}  ${extra}`;
  }
  return text;
}

function drawBar(percent: number, width: number): string {
  const inner = width - 2;
  const filled = Math.floor((percent / 100) * inner);
  const head = filled < inner ? '>' : '';
  return `[${('='.repeat(filled) + head).padEnd(inner)}]`;
}

/** The start and end of a name that is too long; the end holds the extension. Empty where nothing sensible fits. */
export function fitName(name: string, width: number): string {
  if (name.length <= width) return name;
  if (width < 5) return '';
  const tail = Math.floor((width - 3) / 2);
  return `${name.slice(0, width - 3 - tail)}...${name.slice(name.length - tail)}`;
}

function formatSpeed({ bytesPerSecond }: ProgressFacts): string | null {
  return bytesPerSecond > 0 ? `${formatBytes(Math.round(bytesPerSecond))}/s` : null;
}

function formatLeft({ receivedBytes, totalBytes, bytesPerSecond }: ProgressFacts): string | null {
  if (totalBytes === null || bytesPerSecond <= 0) return null;
  const left = formatDuration((totalBytes - receivedBytes) / bytesPerSecond);
  return left === null ? null : `${left} left`;
}

function formatConnections(connections: number): string | null {
  return connections > 1 ? `${connections} connections` : null;
}
