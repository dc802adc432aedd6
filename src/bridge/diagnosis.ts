// What "Diagnose URL…" and `asset-fetch doctor` tell, step by step.
import * as v from 'valibot';

/** The steps in the order they are taken; a failed one ends the diagnosis, `outlook` excepted. */
export const diagnosisStepNames = [
  'url',
  'proxy',
  'addresses',
  'connection',
  'tls',
  'redirects',
  'answer',
  'ranges',
  'validators',
  'hashes',
  'outlook',
] as const;

/** One step. `text` is one or more sentences for people, without query strings and credentials. */
export interface DiagnosisStep {
  readonly step: (typeof diagnosisStepNames)[number];
  readonly outcome: 'ok' | 'warn' | 'fail';
  readonly text: string;
}

export const diagnosisStepSchema = v.object({
  step: v.picklist(diagnosisStepNames),
  outcome: v.picklist(['ok', 'warn', 'fail']),
  text: v.string(),
});
