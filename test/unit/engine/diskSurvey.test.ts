import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Integrity } from '../../../src/assets/integrity';
import type { DiskState, ListedAsset } from '../../../src/assets/syncPlan';
import { surveyDisk, type SurveyOptions } from '../../../src/engine/diskSurvey';
import type { Digests } from '../../../src/engine/verifiedCache';
import { TempFolder } from '../../support/tempFolder';

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const hashOf = (bytes: string): Integrity => ({ algorithm: 'sha256', digestHex: sha256(bytes) });

const makeAsset = (path: string, some: Partial<ListedAsset> = {}): ListedAsset => ({
  path,
  urls: ['https://example.test/a'],
  integrity: [hashOf('wanted')],
  sizeBytes: null,
  isExecutable: false,
  platforms: null,
  ...some,
});

describe('surveyDisk', () => {
  let folder: TempFolder;
  /** Files that were read. */
  let hashed: string[];
  /** What the cache knows, by absolute path; sizes are those on disk. */
  let cached: Map<string, Digests>;

  beforeEach(async () => {
    folder = await TempFolder.make('survey');
    hashed = [];
    cached = new Map();
  });

  afterEach(() => folder.dispose());

  async function survey(asset: ListedAsset, some: Partial<SurveyOptions> = {}): Promise<DiskState> {
    const states = await surveyDisk([asset], {
      root: folder.path,
      isThorough: false,
      verifiedCache: {
        lookup: (file) => {
          const digests = cached.get(file);
          return Promise.resolve(digests ? { digests, sizeBytes: readFileSync(file).length } : null);
        },
        sight: () => Promise.resolve(null),
        record: (file, digests) => {
          cached.set(file, digests);
          return Promise.resolve();
        },
      },
      hash: (file) => {
        hashed.push(file);
        return Promise.resolve({ sha256: sha256(readFileSync(file)) });
      },
      ...some,
    });
    return states.get(asset)!;
  }

  function write(path: string, text: string): string {
    const file = folder.at(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  it('finds nothing, in a folder that is there or not', async () => {
    assert.deepEqual(await survey(makeAsset('a')), { type: 'missing' });
    assert.deepEqual(await survey(makeAsset('b/c/d')), { type: 'missing' });
  });

  it('reads a file that was never verified, and remembers it', async () => {
    const file = write('a', 'wanted');
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'wanted' });
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'wanted' });
    assert.deepEqual(hashed, [file]);
  });

  it('misses the right to run a file, where there is such a right', async function () {
    if (process.platform === 'win32') return this.skip();
    const file = write('a', 'wanted');
    const asset = makeAsset('a', { isExecutable: true });
    const found = { type: 'file', bytes: 6, content: 'wanted' };
    assert.deepEqual(await survey(asset), { ...found, notRunnable: asset.integrity });
    const unpinned = makeAsset('a', { isExecutable: true, integrity: [] });
    assert.deepEqual(await survey(unpinned), { ...found, content: 'unknown', notRunnable: asset.integrity });
    chmodSync(file, 0o744);
    assert.deepEqual(await survey(asset), found);
    assert.deepEqual(await survey(unpinned), { ...found, content: 'unknown' });
  });

  it('B39 goes on where one file cannot be read, and says so of that one', async () => {
    write('a', 'wanted');
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    const state = await survey(makeAsset('a'), { hash: () => Promise.reject(denied) });
    assert.ok(state.type === 'unreadable');
    assert.equal(state.error.code, 'permissionDenied');
    assert.match(state.error.message, /^Reading .*who may read it/);
    await assert.rejects(survey(makeAsset('a'), { hash: () => Promise.reject(new TypeError('a defect')) }), TypeError);
  });

  it('knows a file of somebody else, and remembers nothing of it', async () => {
    write('a', 'edited');
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'unknown' });
    assert.equal(cached.size, 0);
  });

  it('knows its own file after the list changed, without reading it', async () => {
    cached.set(write('a', 'former'), { sha256: sha256('former') });
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'ours' });
    assert.deepEqual(hashed, []);
  });

  it('reads its own file where the list wants a hash that was never computed', async () => {
    cached.set(write('a', 'wanted'), { sha512: 'ab' });
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'wanted' });
  });

  it('reads no file whose size alone shows that it is another', async () => {
    write('a', 'wanted');
    const state = await survey(makeAsset('a', { sizeBytes: 7 }));
    assert.deepEqual(state, { type: 'file', bytes: 6, content: 'unknown' });
    assert.deepEqual(hashed, []);
  });

  it('reads no file that has no hash to compare', async () => {
    write('a', 'anything');
    assert.deepEqual(await survey(makeAsset('a', { integrity: [] })), { type: 'file', bytes: 8, content: 'unknown' });
    assert.deepEqual(hashed, []);
  });

  it('reads every file when thorough, and remembers what rotted under the same stats', async () => {
    const file = write('a', 'rotten');
    cached.set(file, { sha256: sha256('wanted') });
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'wanted' });
    const thorough = await survey(makeAsset('a'), { isThorough: true });
    assert.deepEqual(thorough, { type: 'file', bytes: 6, content: 'ours' });
    assert.equal(cached.get(file)?.sha256, sha256('rotten'));
    assert.deepEqual(await survey(makeAsset('a')), { type: 'file', bytes: 6, content: 'ours' });
  });

  it('remembers nothing of a changed file that is read when thorough', async () => {
    write('a', 'edited');
    assert.deepEqual(await survey(makeAsset('a'), { isThorough: true }), {
      type: 'file',
      bytes: 6,
      content: 'unknown',
    });
    assert.equal(cached.size, 0);
  });

  it('B09 B13 names what no file may replace', async () => {
    mkdirSync(folder.at('folder'));
    symlinkSync('nowhere', folder.at('link'));
    write('file', '');
    assert.deepEqual(await survey(makeAsset('folder')), { type: 'blocked', by: 'a folder' });
    assert.deepEqual(await survey(makeAsset('link')), { type: 'blocked', by: 'a symbolic link' });
    const below = await survey(makeAsset('file/a'));
    assert.deepEqual(below, { type: 'blocked', by: 'a file in place of the folder file' });
  });

  it('C43 sees a parent that leads outside, or nowhere, at any depth', async () => {
    const outside = await TempFolder.make('survey-outside');
    symlinkSync(outside.path, folder.at('out'));
    symlinkSync(`${folder.path}-gone`, folder.at('gone'));
    assert.deepEqual(await survey(makeAsset('out/a')), { type: 'escapes', through: 'out', leadsTo: 'outside' });
    assert.deepEqual(await survey(makeAsset('out/b/c/a')), { type: 'escapes', through: 'out', leadsTo: 'outside' });
    assert.deepEqual(await survey(makeAsset('gone/a')), { type: 'escapes', through: 'gone', leadsTo: 'outside' });
    await outside.dispose();
  });

  it('C05 I6 sees a parent that leads into a place that tools obey', async () => {
    mkdirSync(folder.at('.git', 'hooks'), { recursive: true });
    symlinkSync('.git/hooks', folder.at('assets'));
    const state = { type: 'escapes', through: 'assets', leadsTo: 'sensitivePlace' };
    assert.deepEqual(await survey(makeAsset('assets/pre-commit')), state);
    assert.deepEqual(await survey(makeAsset('assets/deep/a')), state);
    symlinkSync('hooks', folder.at('.git', 'alias'));
    assert.deepEqual(await survey(makeAsset('.git/alias/pre-commit')), { type: 'missing' });
  });

  it('C22 does not take a sibling that begins alike for the inside', async () => {
    const twin = `${folder.path}2`;
    mkdirSync(twin);
    symlinkSync(twin, folder.at('twin'));
    assert.deepEqual(await survey(makeAsset('twin/a')), { type: 'escapes', through: 'twin', leadsTo: 'outside' });
    rmSync(twin, { recursive: true });
  });

  it('follows a parent that stays inside', async () => {
    write('real/a', 'wanted');
    symlinkSync('real', folder.at('alias'));
    assert.deepEqual(await survey(makeAsset('alias/a')), { type: 'file', bytes: 6, content: 'wanted' });
  });

  it('stops when aborted', async () => {
    const stopped = survey(makeAsset('a'), { signal: AbortSignal.abort(new Error('enough')) });
    await assert.rejects(stopped, { message: 'enough' });
  });
});
