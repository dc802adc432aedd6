import assert from 'node:assert/strict';
import { fetchErrorCodes, type FetchErrorCode } from '../../../src/assets/fetchError';
import { describeFailure, type FailureContext } from '../../../src/cli/failureText';

describe('describeFailure', () => {
  it('begins with the sentence for every code but an interruption', () => {
    for (const code of fetchErrorCodes) {
      const [first] = describeFailure({ code, message: 'It broke.', details: {} }, 'get');
      assert.equal(
        first,
        code === 'cancelled' ? 'asset-fetch: Interrupted. Nothing was kept.' : 'asset-fetch: It broke.',
      );
    }
  });

  it('says what is kept for the next run', () => {
    const lines = describeFailure(
      { code: 'connectFailed', message: 'Gone.', details: { keptBytes: 5_000_000 } },
      'get',
    );
    assert.ok(lines.includes('  5 MB are kept; the same command goes on from there.'));
  });

  it('names the option that helps', () => {
    const hintFor = (code: 'destinationExists' | 'tlsFailed' | 'untrusted', context: 'get' | 'sync' = 'get') =>
      describeFailure({ code, message: 'It broke.', details: {} }, context).join('\n');
    assert.match(hintFor('destinationExists'), /--overwrite replace/);
    assert.match(hintFor('tlsFailed'), /--cacert/);
    assert.match(hintFor('untrusted', 'sync'), /--allow-host/);
    assert.doesNotMatch(hintFor('untrusted'), /--allow-host/);
  });

  it('offers no option that the command lacks or that would not help', () => {
    const hint = (code: FetchErrorCode, context: FailureContext, details: object = {}) =>
      describeFailure({ code, message: 'A.', details }, context).slice(1).join('\n');
    assert.equal(hint('untrusted', 'sync', { reason: 'unpinned' }), '');
    assert.equal(hint('untrusted', 'sync', { reason: 'linkLocal' }), '');
    assert.match(hint('untrusted', 'sync', { reason: 'sensitive' }), /--allow-sensitive PATH\.$/);
    assert.match(hint('untrusted', 'sync', { reason: 'private' }), /--allow-host HOST\.$/);
    assert.equal(hint('untrusted', 'add'), '');
    assert.match(hint('tooLarge', 'get'), /--max-size/);
    assert.equal(hint('tooLarge', 'sync') + hint('tooLarge', 'add'), '');
    assert.match(hint('integrityMismatch', 'verify'), /asset-fetch sync --overwrite replace/);
    assert.equal(hint('permissionDenied', 'verify'), '');
    assert.match(hint('httpStatus', 'add', { status: 401 }), /--header/);
    assert.equal(hint('httpStatus', 'sync', { status: 401 }), '');
  });

  it('offers no replacing where a folder is in the way', () => {
    const lines = describeFailure({ code: 'destinationExists', message: 'A.', details: { reason: 'EISDIR' } }, 'get');
    assert.deepEqual(lines, ['asset-fetch: A.']);
  });

  it('A57 names --header for a server that wants a login', () => {
    const lines = describeFailure({ code: 'httpStatus', message: '401.', details: { status: 401 } }, 'get');
    assert.match(lines.join('\n'), /--header/);
  });

  it('A32 lists the errors of other mirrors', () => {
    const suppressed = ['A.', 'a.test: a.test answered 404.', 'b.test: It broke.'];
    const lines = describeFailure({ code: 'httpStatus', message: 'B.', details: { suppressed } }, 'get');
    assert.deepEqual(lines, [
      'asset-fetch: B.',
      ...['  before that: A.', '  before that: a.test answered 404.', '  before that: b.test: It broke.'],
    ]);
  });
});
