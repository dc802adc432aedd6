import assert from 'node:assert/strict';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { FetchError } from '../../../src/assets/fetchError';
import { checkHeaders, parseHeaderLine } from '../../../src/assets/headers';

const CANARY = 'c4naryS3cret';

describe('parseHeaderLine', () => {
  it('splits at the first colon and trims the value', () => {
    assert.deepEqual(parseHeaderLine('Authorization: Bearer a:b '), { name: 'Authorization', value: 'Bearer a:b' });
    assert.deepEqual(parseHeaderLine('X-Empty:'), { name: 'X-Empty', value: '' });
  });

  const hostile = [
    'X: a\r\nEvil: 1',
    'X: a\nb',
    'X: a\0',
    'X\r\n: a',
    'X Y: a',
    'X : a',
    ': a',
    'no colon',
    '',
    'X: ☃',
    'X: \x7f',
  ];
  for (const line of hostile) {
    it(`C15 refuses ${JSON.stringify(line)}`, () => {
      assert.throws(() => parseHeaderLine(line), { code: 'invalidRequest' });
    });
  }

  for (const name of [
    'Range',
    'if-range',
    'Accept-Encoding',
    'HOST',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
  ]) {
    it(`C15 keeps ${name} to the engine`, () => {
      assert.throws(() => parseHeaderLine(`${name}: x`), { message: /is set by Asset Fetch itself/ });
    });
  }

  it('C15 C44 passes on only what Node sends, and never names a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        try {
          const header = parseHeaderLine(`${name}:${CANARY}${value}`);
          validateHeaderName(header.name);
          validateHeaderValue(header.name, header.value);
        } catch (error) {
          assert.ok(error instanceof FetchError && error.code === 'invalidRequest');
          assert.ok(name.includes(CANARY) || !error.message.includes(CANARY));
        }
      }),
    );
  });
});

describe('checkHeaders', () => {
  it('trims values', () => assert.deepEqual(checkHeaders({ A: ' b ', c: '' }), { A: 'b', c: '' }));

  it('refuses the same name twice', () => {
    assert.throws(() => checkHeaders({ 'X-A': '1', 'x-a': '2' }), { code: 'invalidRequest' });
  });

  it('C15 C54 keeps a header named like a prototype an ordinary one', () => {
    const checked = checkHeaders(Object.fromEntries([['__proto__', 'x']]));
    assert.deepEqual(Object.entries(checked), [['__proto__', 'x']]);
  });
});
