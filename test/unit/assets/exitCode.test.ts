import assert from 'node:assert/strict';
import { fetchErrorCodes, type FetchErrorCode } from '../../../src/assets/fetchError';
import { exitCodeFor, type ExitCode } from '../../../src/assets/exitCode';

const expected: Record<FetchErrorCode, ExitCode> = {
  invalidRequest: 2,
  unsupportedUrl: 1,
  nameUnresolved: 1,
  connectFailed: 1,
  tlsFailed: 1,
  timedOut: 1,
  httpStatus: 1,
  tooManyRedirects: 1,
  insecureRedirect: 1,
  protocolViolation: 1,
  objectChanged: 1,
  truncated: 1,
  tooLarge: 1,
  sizeMismatch: 1,
  integrityMismatch: 3,
  diskFull: 4,
  localIo: 4,
  permissionDenied: 4,
  destinationExists: 4,
  unsafePath: 4,
  busy: 4,
  cancelled: 130,
  untrusted: 1,
  engineCrashed: 1,
};

describe('exitCodeFor', () => {
  for (const code of fetchErrorCodes) {
    it(`gives ${expected[code]} for ${code}`, () => assert.equal(exitCodeFor(code), expected[code]));
  }
});
