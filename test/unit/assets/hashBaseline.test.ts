// An address that changed while its hash stayed.
import assert from 'node:assert/strict';
import { describeStaleHash, HashBaseline } from '../../../src/assets/hashBaseline';
import { parseManifest } from '../../../src/assets/manifest';
import type { ManifestAsset } from '../../../src/assets/manifestEntry';

const hashA = `sha256:${'a'.repeat(64)}`;
const hashB = `sha256:${'b'.repeat(64)}`;

function list(entry: object): readonly ManifestAsset[] {
  return parseManifest(JSON.stringify({ version: 1, assets: [{ path: 'f', ...entry }] })).assets;
}

function stalePaths(baseline: HashBaseline, entry: object): string[] {
  return baseline.update(list(entry)).map(({ path }) => path);
}

describe('HashBaseline', () => {
  it('finds a new address with the hash of the old one, however often the text is read', () => {
    const baseline = new HashBaseline();
    assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/1', integrity: hashA }), []);
    assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/2', integrity: hashA }), ['f']);
    assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/2', integrity: hashA }), ['f']);
  });

  it('is content once the hash changes or the old address returns', () => {
    for (const end of [
      { url: 'https://h.example/2', integrity: hashB },
      { url: 'https://h.example/1', integrity: hashA },
    ]) {
      const baseline = new HashBaseline();
      stalePaths(baseline, { url: 'https://h.example/1', integrity: hashA });
      assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/2', integrity: hashA }), ['f']);
      assert.deepEqual(stalePaths(baseline, end), []);
    }
  });

  it('does not mind a mirror that is added or takes the lead', () => {
    const baseline = new HashBaseline();
    stalePaths(baseline, { url: 'https://h.example/1', integrity: hashA });
    const urls = ['https://mirror.example/1', 'https://h.example/1'];
    assert.deepEqual(stalePaths(baseline, { urls, integrity: hashA }), []);
  });

  it('takes the hash for sound once it was found to hold', () => {
    const baseline = new HashBaseline();
    stalePaths(baseline, { url: 'https://h.example/1', integrity: hashA });
    stalePaths(baseline, { url: 'https://h.example/2', integrity: hashA });
    baseline.accept('f');
    assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/2', integrity: hashA }), []);
  });

  it('says nothing of entries without a hash', () => {
    const baseline = new HashBaseline();
    stalePaths(baseline, { url: 'https://h.example/1' });
    assert.deepEqual(stalePaths(baseline, { url: 'https://h.example/2' }), []);
  });

  it('points its warning at the hash', () => {
    const [asset] = list({ url: 'https://h.example/2', integrity: hashA });
    const problem = describeStaleHash(asset!);
    assert.equal(problem.code, 'staleHash');
    assert.equal(problem.offset, asset!.fields.integrity!.offset);
    assert.match(problem.message, /“f” changed/);
  });
});
