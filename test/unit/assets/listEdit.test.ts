import assert from 'node:assert/strict';
import { planListEdit, type ListEdit } from '../../../src/assets/listEdit';
import { parseManifest } from '../../../src/assets/manifest';
import { applyTextChange, emptyManifest } from '../../../src/assets/manifestEdit';

const proof = { sha256: 'ab'.repeat(32), sizeBytes: 7 };
const addition: ListEdit = { type: 'add', path: 'b.bin', url: 'https://h.example/b', proof };

function edit(text: string, change: ListEdit): string {
  return applyTextChange(text, planListEdit(text, change));
}

describe('planListEdit', () => {
  it('adds an entry, with its proof or without', () => {
    const unproven = edit(emptyManifest, { ...addition, proof: null });
    assert.deepEqual(parseManifest(unproven).assets[0]?.integrity, []);
    const [asset] = parseManifest(edit(emptyManifest, addition)).assets;
    assert.equal(asset?.path, 'b.bin');
    assert.deepEqual(asset.integrity, [{ algorithm: 'sha256', digestHex: proof.sha256 }]);
    assert.equal(asset.sizeBytes, 7);
  });

  it('proves the entry of that path, wherever it is by now, and keeps comments', () => {
    const text = edit(edit(emptyManifest, { ...addition, path: 'a.bin' }), { ...addition, proof: null });
    const commented = text.replace('"version"', '// What we need.\n  "version"');
    const proven = edit(commented, { type: 'prove', path: 'b.bin', proof });
    assert.match(proven, /\/\/ What we need\./);
    assert.deepEqual(
      parseManifest(proven).assets.map(({ path, sizeBytes }) => [path, sizeBytes]),
      [
        ['a.bin', 7],
        ['b.bin', 7],
      ],
    );
  });

  it('replaces no more of the text than changes', () => {
    const text = edit(emptyManifest, { ...addition, proof: null });
    const { offset, length } = planListEdit(text, { type: 'prove', path: 'b.bin', proof });
    assert.equal(length, 0);
    assert.ok(offset > text.indexOf('h.example/b'));
  });

  it('refuses an entry that is gone and a text that is no list', () => {
    assert.throws(() => planListEdit(emptyManifest, { type: 'prove', path: 'b.bin', proof }), {
      code: 'invalidRequest',
      message: /no entry b\.bin/,
    });
    assert.throws(() => planListEdit('{', addition), { code: 'invalidRequest' });
  });
});
