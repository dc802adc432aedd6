import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { findChecksum, parseChecksumFile } from '../../../src/assets/checksumFile';
import { assertLinear } from '../../support/growth';

const hex = (algorithm: string, text = 'abc'): string => createHash(algorithm).update(text).digest('hex');
const a = hex('sha256', 'a');
const b = hex('sha256', 'b');

/** `name algorithm` of every line. */
const read = (text: string, checksumName?: string): string[] =>
  parseChecksumFile(text, checksumName).map(({ name, integrity }) => `${name ?? 'null'} ${integrity.algorithm}`);

describe('parseChecksumFile', () => {
  it('reads coreutils lines in text and binary mode, LF, CRLF and CR', () => {
    for (const newline of ['\n', '\r\n', '\r']) {
      const text = [`${a}  one.bin`, `${b} *two words.bin`, `${a.toUpperCase()}\tthree`, ''].join(newline);
      assert.deepEqual(read(text), ['one.bin sha256', 'two words.bin sha256', 'three sha256']);
    }
  });

  it('reads BSD and OpenSSL lines', () => {
    assert.deepEqual(read(`SHA256 (a (1).zip) = ${a}`), ['a (1).zip sha256']);
    assert.deepEqual(read(`SHA2-256(f)= ${a}\nMD5 (f) = ${hex('md5')}`), ['f sha256', 'f md5']);
    assert.deepEqual(read(`BLAKE2b (f) = ${hex('sha512')}`), ['f blake2b512']);
  });

  it('passes over comments, signatures, web pages and lines of odd length', () => {
    const text = ['# by hand', '-----BEGIN PGP SIGNED MESSAGE-----', 'Hash: SHA256', '<html>', `${a}0  x`, 'abc  x'];
    assert.deepEqual(read([...text, '\ufeff', ''].join('\n')), []);
    assert.deepEqual(read(`\ufeff${a}  x`), ['x sha256']);
  });

  it('undoes the escapes of coreutils', () => {
    assert.equal(parseChecksumFile(`\\${a}  one\\ntwo\\\\three`)[0]?.name, 'one\ntwo\\three');
  });

  it('takes the algorithm from the name of the checksum file where lengths agree', () => {
    assert.deepEqual(read(`${hex('sha512')}  f`, 'B2SUMS'), ['f blake2b512']);
    assert.deepEqual(read(`${a}  f`, 'f.b3'), ['f blake3']);
    assert.deepEqual(read(`${a}  f`, 'f.zip.blake3'), ['f blake3']);
    assert.deepEqual(read(`${a}  f`, 'SHA256SUMS.txt'), ['f sha256']);
    assert.deepEqual(read(`${a}  f`, 'sha512sums'), ['f sha256']);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseChecksumFile(text)));
  });

  it('takes linear time', async function () {
    this.timeout(60_000);
    for (const part of ['a', '(', ')', ' ', '\\', '# ', '\n']) {
      await assertLinear(50_000, (count) => part.repeat(count), parseChecksumFile, JSON.stringify(part));
    }
  });
});

describe('findChecksum', () => {
  it('finds the line of a file', () => {
    const sums = `${a}  one.bin\n${b}  two.bin\n`;
    assert.deepEqual(findChecksum(sums, 'two.bin'), [{ algorithm: 'sha256', digestHex: b }]);
    assert.deepEqual(findChecksum(sums, 'three.bin'), []);
  });

  it('goes by the whole path before the last component', () => {
    const sums = `${a}  linux/tool\n${b}  ./tool\n`;
    assert.equal(findChecksum(sums, 'tool')[0]?.digestHex, b);
    assert.equal(findChecksum(sums, 'linux/tool')[0]?.digestHex, a);
    assert.equal(findChecksum(`${a}  dist\\tool`, 'tool')[0]?.digestHex, a);
  });

  it('takes a hash without a name only when it is alone', () => {
    assert.equal(findChecksum(`${a}\n`, 'x')[0]?.digestHex, a);
    assert.equal(findChecksum(`${a}  -`, 'x')[0]?.digestHex, a);
    assert.deepEqual(findChecksum(`${a}\n${b}`, 'x'), []);
  });

  it('C37 refuses lines that contradict each other', () => {
    assert.throws(() => findChecksum(`${a}  x\n${b}  x`, 'x'), { code: 'invalidRequest' });
    assert.equal(findChecksum(`${a}  x\n${hex('sha512')}  x`, 'x').length, 2);
  });
});
