import assert from 'node:assert/strict';
import { FetchError, type FetchErrorCode } from '../../../src/assets/fetchError';
import { errnoOf, translateLocalError, type LocalPhase } from '../../../src/engine/localError';
import { errnoError } from '../../support/faultFs';

const PHASES: readonly LocalPhase[] = [
  'prepare',
  'read',
  'write',
  'flush',
  'verify',
  'copy',
  'publish',
  'save',
  'discard',
];

/** Code of an errno: about the destination's name (prepare, copy, publish), and about our own files (the rest). */
const TABLE: readonly (readonly [errno: string, atDestination: FetchErrorCode, elsewhere: FetchErrorCode])[] = [
  ['ENOSPC', 'diskFull', 'diskFull'],
  ['EDQUOT', 'diskFull', 'diskFull'],
  ['EACCES', 'permissionDenied', 'permissionDenied'],
  ['EPERM', 'permissionDenied', 'permissionDenied'],
  ['EROFS', 'permissionDenied', 'permissionDenied'],
  ['EFBIG', 'localIo', 'localIo'],
  ['EIO', 'localIo', 'localIo'],
  ['EMFILE', 'localIo', 'localIo'],
  ['ENFILE', 'localIo', 'localIo'],
  ['ENOENT', 'localIo', 'localIo'],
  ['ENODEV', 'localIo', 'localIo'],
  ['ESTALE', 'localIo', 'localIo'],
  ['EBUSY', 'localIo', 'localIo'],
  ['EXDEV', 'localIo', 'localIo'],
  ['ENAMETOOLONG', 'unsafePath', 'localIo'],
  ['EINVAL', 'unsafePath', 'localIo'],
  ['ELOOP', 'unsafePath', 'localIo'],
  ['ENOTDIR', 'unsafePath', 'localIo'],
  ['EISDIR', 'destinationExists', 'localIo'],
  ['EEXIST', 'destinationExists', 'localIo'],
  ['ENOTEMPTY', 'destinationExists', 'localIo'],
  ['EWHATEVER', 'localIo', 'localIo'],
];

describe('translateLocalError', () => {
  for (const [errno, atDestination, elsewhere] of TABLE) {
    for (const phase of PHASES) {
      const isAtDestination = ['prepare', 'copy', 'publish'].includes(phase);
      const expected = isAtDestination ? atDestination : elsewhere;

      it(`B39 ${errno} while in ${phase} is ${expected}`, () => {
        const error = translateLocalError(errnoError(errno, '/secret?token=x'), phase, '/work/a.bin');
        assert.equal(error.code, expected);
        assert.deepEqual(error.details, { path: '/work/a.bin', reason: errno });
        assert.match(error.message, /^[A-Z][a-z]+.* \/work\/a\.bin failed: .+\.$/);
        assert.doesNotMatch(error.message, /token/);
      });
    }
  }

  it('B39 tells reading the source from writing the target', () => {
    const messages = PHASES.map((phase) => translateLocalError(errnoError('EIO', 'x'), phase, '/a').message);
    assert.equal(new Set(messages).size, PHASES.length);
  });

  it('B02 B06 says what to do next', () => {
    const message = (errno: string): string => translateLocalError(errnoError(errno, 'x'), 'write', '/a').message;
    assert.match(message('ENOSPC'), /Free some space and try again/);
    assert.match(message('EDQUOT'), /quota .* Free some space/);
    assert.match(message('EFBIG'), /larger than this file system stores. Choose/);
  });

  it('passes FetchErrors unchanged and takes anything else for a defect', () => {
    const known = new FetchError('busy', 'x');
    assert.equal(translateLocalError(known, 'write', '/a'), known);
    assert.equal(translateLocalError(new TypeError('x is not a function'), 'write', '/a').code, 'engineCrashed');
    assert.equal(errnoOf(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' })), null);
  });
});
