// A diagnosis as a page of text. Pure; showing it is diagnoseUrl.ts.
import { redactUrl } from '../assets/redact';
import type { DiagnosisStep } from '../bridge/diagnosis';
import type { Localizer } from './localizer';

/** One line a step in columns (`warning  Ranges            Not supported.`), and above them what was asked and what came of it. */
export function describeDiagnosis(url: string, steps: readonly DiagnosisStep[], l10n: Localizer): string {
  const rows = steps.map(({ outcome, step, text }) => [outcomeName(outcome, l10n), stepName(step, l10n), text]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [redactUrl(url), describeEnd(steps, l10n), '', ...lines, ''].join('\n');
}

function describeEnd(steps: readonly DiagnosisStep[], l10n: Localizer): string {
  const outcomes = steps.map(({ outcome }) => outcome);
  if (outcomes.includes('fail')) return l10n.t('A download would fail.');
  if (outcomes.includes('warn')) return l10n.t('Nothing stands in the way of a download, with warnings.');
  return l10n.t('Nothing stands in the way of a download.');
}

function outcomeName(outcome: DiagnosisStep['outcome'], l10n: Localizer): string {
  return { ok: l10n.t('ok'), warn: l10n.t('warning'), fail: l10n.t('failed') }[outcome];
}

function stepName(step: DiagnosisStep['step'], l10n: Localizer): string {
  const names: Record<DiagnosisStep['step'], string> = {
    url: l10n.t('URL'),
    proxy: l10n.t('Proxy'),
    addresses: l10n.t('Addresses'),
    connection: l10n.t('Connection'),
    tls: l10n.t('Encryption'),
    redirects: l10n.t('Redirects'),
    answer: l10n.t('Answer'),
    ranges: l10n.t('Ranges'),
    validators: l10n.t('Validators'),
    hashes: l10n.t('Published hashes'),
    outlook: l10n.t('Outlook'),
  };
  return names[step];
}
