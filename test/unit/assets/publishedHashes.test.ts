import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describeVerification, integrityFromHex } from '../../../src/assets/integrity';
import {
  describePublished,
  findFragmentHashes,
  findPublishedHashes,
  findRedirectHashes,
  type HeaderFields,
} from '../../../src/assets/publishedHashes';

const digest = (algorithm: string, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update('abc').digest(encoding);
const sha256 = digest('sha256', 'hex');
const reprDigest = `sha-256=:${digest('sha256', 'base64')}:`;

/** `source algorithm` of every hash found. */
function found(headers: HeaderFields, isWholeBody = true): string[] {
  return findPublishedHashes(headers, isWholeBody).map(({ source, integrity }) => {
    assert.equal(integrity.digestHex, digest(integrity.algorithm, 'hex'));
    return `${source} ${integrity.algorithm}`;
  });
}

describe('findPublishedHashes', () => {
  it('reads Repr-Digest', () => {
    assert.deepEqual(found({ 'repr-digest': reprDigest }), ['repr-digest sha256']);
    const both = `${reprDigest}, sha-512=:${digest('sha512', 'base64')}:`;
    assert.deepEqual(found({ 'repr-digest': both }, false), ['repr-digest sha256', 'repr-digest sha512']);
    assert.deepEqual(found({ 'repr-digest': [reprDigest, `md5=:${digest('md5', 'base64')}:;q=1`] }), [
      'repr-digest sha256',
      'repr-digest md5',
    ]);
  });

  it('reads past unknown members of the dictionary', () => {
    assert.deepEqual(found({ 'repr-digest': `a=1;b="x,y", unixsum=:AAA=:, c, ${reprDigest}` }), ['repr-digest sha256']);
  });

  it('ignores a malformed dictionary as a whole', () => {
    for (const bad of [`${reprDigest},`, `${reprDigest} x`, `=, ${reprDigest}`, 'sha-256=:', '', `"${reprDigest}`]) {
      assert.deepEqual(found({ 'repr-digest': bad }), [], bad);
    }
    assert.deepEqual(found({ 'repr-digest': 'sha-256=:AAAA:' }), [], 'wrong length');
    assert.deepEqual(found({ 'repr-digest': `${reprDigest}, sha-256=1` }), [], 'the last value counts');
  });

  it('counts Content-Digest and Content-MD5 for a whole body only', () => {
    const headers = { 'content-digest': reprDigest, 'content-md5': digest('md5', 'base64') };
    assert.deepEqual(found(headers), ['content-digest sha256', 'content-md5 md5']);
    assert.deepEqual(found(headers, false), []);
  });

  it('ignores digests of a coded body', () => {
    const headers = { 'repr-digest': reprDigest, 'content-digest': reprDigest, 'content-md5': digest('md5', 'base64') };
    assert.deepEqual(found({ ...headers, 'content-encoding': 'gzip' }), []);
    assert.equal(found({ ...headers, 'content-encoding': 'identity' }).length, 3);
  });

  it('reads the md5 of x-goog-hash unless the object is stored compressed', () => {
    const goog = `crc32c=n03x6A==,md5=${digest('md5', 'base64')}`;
    assert.deepEqual(found({ 'x-goog-hash': goog }, false), ['x-goog-hash md5']);
    assert.deepEqual(found({ 'x-goog-hash': ['crc32c=n03x6A==', `md5=${digest('md5', 'base64')}`] }), [
      'x-goog-hash md5',
    ]);
    assert.deepEqual(found({ 'x-goog-hash': 'crc32c=n03x6A==' }), []);
    assert.deepEqual(found({ 'x-goog-hash': goog, 'x-goog-stored-content-encoding': 'gzip' }), []);
  });

  it('never throws, whatever the headers', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom(reprDigest, ',', ';', '=:', '"'));
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (parts, isWholeBody) => {
        const text = parts.join('');
        findPublishedHashes({ 'repr-digest': text, 'content-md5': text, 'x-goog-hash': text }, isWholeBody);
      }),
    );
  });
});

describe('findRedirectHashes', () => {
  it('reads the SHA-256 of a large file from x-linked-etag', () => {
    const expected = [{ source: 'x-linked-etag', integrity: { algorithm: 'sha256', digestHex: sha256 } }];
    assert.deepEqual(findRedirectHashes({ 'x-linked-etag': `"${sha256}"` }), expected);
  });

  it('ignores what is no SHA-256, such as the git id of a small file', () => {
    for (const etag of [`"${sha256.slice(0, 40)}"`, `W/"${sha256}"`, 'x']) {
      assert.deepEqual(findRedirectHashes({ 'x-linked-etag': etag }), []);
    }
    assert.deepEqual(findRedirectHashes({}), []);
  });
});

describe('findFragmentHashes', () => {
  it('reads hashes as package indexes write them', () => {
    assert.equal(findFragmentHashes(`https://h/f#sha256=${sha256}`)[0]?.integrity.digestHex, sha256);
    const two = findFragmentHashes(new URL(`https://h/f#egg=x&sha256=${sha256}&md5=${digest('md5', 'hex')}`));
    assert.deepEqual(
      two.map(({ source, integrity }) => [source, integrity.algorithm]),
      [
        ['url fragment', 'sha256'],
        ['url fragment', 'md5'],
      ],
    );
  });

  it('finds none in other fragments', () => {
    for (const url of ['https://h/f', 'https://h/f#', 'https://h/f#L10', 'https://h/f?sha256=1', 'https://h/f#a=b']) {
      assert.deepEqual(findFragmentHashes(url), []);
    }
  });

  it('C37 refuses one of the wrong length', () => {
    assert.throws(() => findFragmentHashes('https://h/f#sha256=abc'), { code: 'invalidRequest' });
  });
});

describe('describePublished', () => {
  it('C38 never names a published hash as if it had been given', () => {
    const published = findPublishedHashes({ 'repr-digest': reprDigest, 'content-md5': digest('md5', 'base64') }, true);
    assert.equal(describePublished(published), 'published:repr-digest');
    assert.notEqual(describePublished(published), describeVerification(published.map(({ integrity }) => integrity)));
    assert.equal(describePublished(published.slice(1)), 'published:content-md5 (weak)');
  });

  it('names the fragment of the URL', () => {
    assert.equal(describePublished(findFragmentHashes(`https://h/f#sha256=${sha256}`)), 'sha256 (url fragment)');
    assert.equal(integrityFromHex('sha256', 'zz'), null);
  });
});
