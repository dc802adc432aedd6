import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { FetchError } from '../../../src/assets/fetchError';
import * as subject from '../../../src/assets/integrity';

const { parseIntegrity, formatIntegrity, describeVerification, hashAlgorithms, digestBytes, isStrong } = subject;

const hexOf = (algorithm: string): string => createHash(algorithm).update('abc').digest('hex');
const sha256 = hexOf('sha256');
const sha512 = hexOf('sha512');

/** The form of Subresource Integrity. */
function toSri({ algorithm, digestHex }: subject.Integrity): string {
  return `${algorithm}-${Buffer.from(digestHex, 'hex').toString('base64')}`;
}

const anyHash = fc
  .constantFrom(...hashAlgorithms)
  .chain((algorithm) =>
    fc
      .uint8Array({ minLength: digestBytes[algorithm], maxLength: digestBytes[algorithm] })
      .map((bytes) => ({ algorithm, digestHex: Buffer.from(bytes).toString('hex') })),
  );

function refuses(text: string, pattern = /Give sha256:HEX/): void {
  assert.throws(
    () => parseIntegrity(text),
    (error) => error instanceof FetchError && error.code === 'invalidRequest' && pattern.test(error.message),
    JSON.stringify(text),
  );
}

describe('parseIntegrity', () => {
  for (const [algorithm, name] of [
    ['sha256', 'sha256'],
    ['sha384', 'sha384'],
    ['sha512', 'sha512'],
    ['sha1', 'sha1'],
    ['md5', 'md5'],
  ] as const) {
    it(`C37 takes bare hex of ${name} by its length, in either case`, () => {
      const expected = [{ algorithm, digestHex: hexOf(algorithm) }];
      assert.deepEqual(parseIntegrity(hexOf(algorithm)), expected);
      assert.deepEqual(parseIntegrity(hexOf(algorithm).toUpperCase()), expected);
    });
  }

  it('C37 reads every algorithm as ALGORITHM:HEX and ALGORITHM-BASE64', () => {
    fc.assert(
      fc.property(anyHash, (hash) => {
        assert.deepEqual(parseIntegrity(formatIntegrity(hash)), [hash]);
        assert.deepEqual(parseIntegrity(formatIntegrity(hash).toUpperCase()), [hash]);
        assert.deepEqual(parseIntegrity(toSri(hash)), [hash]);
      }),
    );
  });

  it('C37 knows the spellings of algorithm names', () => {
    for (const text of [`SHA-256:${sha256}`, `sha256=${sha256}`, ` sha256:${sha256}\n`]) {
      assert.deepEqual(parseIntegrity(text), [{ algorithm: 'sha256', digestHex: sha256 }]);
    }
    const blake = parseIntegrity(`blake2b:${sha512}`);
    assert.equal(blake[0]?.algorithm, 'blake2b512');
  });

  it('reads several hashes and ignores SRI options', () => {
    const text = `${toSri({ algorithm: 'sha256', digestHex: sha256 })}?ct=text/plain  sha512:${sha512}`;
    assert.deepEqual(parseIntegrity(text), [
      { algorithm: 'sha256', digestHex: sha256 },
      { algorithm: 'sha512', digestHex: sha512 },
    ]);
  });

  it('takes base64 without padding and in the URL alphabet', () => {
    const base64 = Buffer.from(sha256, 'hex').toString('base64url');
    assert.equal(parseIntegrity(`sha256-${base64}`)[0]?.digestHex, sha256);
  });

  it('C37 skips an unknown SRI algorithm beside a strong known one only', () => {
    const unknown = 'sha3_256-AAAA';
    assert.equal(parseIntegrity(`${unknown} sha256:${sha256}`).length, 1);
    refuses(unknown, /sha3_256-AAAA.*not known/);
    refuses(`${unknown} md5:${hexOf('md5')}`, /not known/);
    refuses(`whirlpool:${sha256}`, /whirlpool.*not known/);
    refuses(`sha256:${sha256} whirlpool:${sha256}`);
  });

  it('C37 refuses wrong lengths, bad base64, bad hex and nothing at all', () => {
    const bad = ['', '  ', 'sha256', 'sha256:', 'sha256-', 'sha256:abc', `sha256:${sha512}`, `sha512:${sha256}`, 'x'];
    for (const text of [
      ...bad,
      sha256.slice(1),
      `${sha256}0`,
      `sha256:${sha256.slice(1)}g`,
      'sha256-!!!',
      'sha256-AAAA',
    ]) {
      refuses(text);
    }
    refuses(`sha256-${sha256}`, /Hex digits follow a colon: sha256:HEX/);
  });

  it('C37 refuses two different hashes of one algorithm, not a repeated one', () => {
    assert.equal(parseIntegrity(`${sha256} sha256:${sha256}`).length, 1);
    refuses(`${sha256} ${sha256.replace(/^./, (first) => (first === '0' ? '1' : '0'))}`, /no file matches both/);
  });

  it('never fails but with invalidRequest, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          assert.ok(parseIntegrity(text).length > 0);
        } catch (error) {
          assert.ok(error instanceof FetchError && error.code === 'invalidRequest');
        }
      }),
    );
  });

  it('shortens what it quotes', () => {
    assert.throws(
      () => parseIntegrity('z'.repeat(100_000)),
      (error) => error instanceof FetchError && error.message.length < 500,
    );
  });
});

describe('describeVerification', () => {
  const md5 = { algorithm: 'md5', digestHex: hexOf('md5') } as const;
  const strong = { algorithm: 'sha256', digestHex: sha256 } as const;

  it('C36 names weak hashes as weak', () => {
    assert.equal(describeVerification([md5]), 'md5 (weak)');
    assert.equal(
      describeVerification([md5, { algorithm: 'sha1', digestHex: hexOf('sha1') }]),
      'sha1 (weak),md5 (weak)',
    );
    assert.equal(isStrong('sha1') || isStrong('md5'), false);
  });

  it('C37 names only the strong ones as proof where there are any', () => {
    assert.equal(describeVerification([md5, strong]), 'sha256');
    assert.equal(describeVerification([{ algorithm: 'sha512', digestHex: sha512 }, strong]), 'sha256,sha512');
    assert.equal(describeVerification([]), 'none');
  });
});
