import assert from 'node:assert/strict';
import { diagnosisStepNames } from '../../../src/bridge/diagnosis';
import { describeDiagnosis } from '../../../src/editor/diagnosisText';
import { english } from './plainLocalizer';

const url = 'https://me:CANARY@example.com/a.bin?sig=CANARY';

describe('describeDiagnosis', () => {
  it('puts outcome, step and text in columns, below what was asked and what came of it', () => {
    const text = describeDiagnosis(
      url,
      [
        { step: 'url', outcome: 'ok', text: 'Fine.' },
        { step: 'connection', outcome: 'warn', text: 'Slow.' },
      ],
      english,
    );
    assert.deepEqual(text.split('\n'), [
      'https://example.com/a.bin',
      'Nothing stands in the way of a download, with warnings.',
      '',
      'ok       URL         Fine.',
      'warning  Connection  Slow.',
      '',
    ]);
  });

  it('C44 shows neither query nor credentials', () => {
    assert.doesNotMatch(describeDiagnosis(url, [], english), /CANARY/);
  });

  it('says where a download would fail, and where nothing is in its way', () => {
    const withOutcome = (outcome: 'ok' | 'fail') =>
      describeDiagnosis(url, [{ step: 'tls', outcome, text: '' }], english);
    assert.match(withOutcome('fail'), /^A download would fail\.$/m);
    assert.match(withOutcome('ok'), /^Nothing stands in the way of a download\.$/m);
  });

  it('has a name for every step', () => {
    const steps = diagnosisStepNames.map((step) => ({ step, outcome: 'ok' as const, text: 'x' }));
    assert.doesNotMatch(describeDiagnosis(url, steps, english), /undefined/);
  });
});
