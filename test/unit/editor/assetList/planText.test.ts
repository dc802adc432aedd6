// A plan in words: the offer, the review, the summary, the verdict.
import assert from 'node:assert/strict';
import {
  describeListFaults,
  describeOffer,
  describePlanned,
  describeSummary,
  describeVerdict,
  needsConsentByName,
  totalUp,
  type RunSummary,
} from '../../../../src/editor/assetList/planText';
import type { ListedAsset, PlannedAsset } from '../../../../src/assets/syncPlan';
import { english } from '../plainLocalizer';

const hash = { algorithm: 'sha256', digestHex: '0'.repeat(64) } as const;

function planned(some: Partial<ListedAsset> = {}, rest: Partial<PlannedAsset> = {}): PlannedAsset {
  const asset = {
    path: 'models/a.bin',
    urls: ['https://one.example/a.bin?token=secret'],
    integrity: [hash],
    sizeBytes: 1_000_000,
    isExecutable: false,
    platforms: null,
    ...some,
  };
  return { asset, action: 'fetch', replaces: false, problem: null, ...rest };
}

describe('the offer to set a workspace up', () => {
  it('says how many, how large and from which hosts', () => {
    const plan = [planned(), planned(), planned({ urls: ['https://two.example/b'] })];
    assert.equal(
      describeOffer(plan, english),
      'This workspace lists 3 files that are not here (3 MB), from one.example, two.example. Fetch them?',
    );
  });

  it('does not hide what it does not know', () => {
    assert.match(describeOffer([planned(), planned({ sizeBytes: null })], english), /1 MB and 1 of unknown size/);
    assert.match(describeOffer([planned({ sizeBytes: null })], english), /1 file .*\(size unknown\).* Fetch it\?$/);
  });

  it('says that older versions are replaced', () => {
    assert.match(describeOffer([planned({}, { replaces: true })], english), /Older versions of 1 are replaced\./);
  });

  it('C44 shows hosts alone, no query and no name or password', () => {
    const text = describeOffer([planned({ urls: ['https://user:canary@one.example/a?sig=canary'] })], english);
    assert.doesNotMatch(text, /canary/);
  });

  it('names the busiest hosts and counts the rest', () => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'e'].map((name) => planned({ urls: [`https://${name}.example/`] }));
    assert.deepEqual(totalUp(hosts).hosts[0], 'e.example');
    assert.match(describeOffer(hosts, english), /from e\.example, a\.example, b\.example and 2 more\./);
  });
});

describe('consent by name', () => {
  it('C05 is needed for what tools obey or run', () => {
    for (const path of ['.vscode/tasks.json', '.git/hooks/pre-commit', 'sub/.bashrc', 'tools/run.sh', 'setup.EXE']) {
      assert.equal(needsConsentByName({ path, isExecutable: false }), true, path);
    }
    assert.equal(needsConsentByName({ path: 'tools/protoc', isExecutable: true }), true);
    assert.equal(needsConsentByName({ path: 'models/a.onnx', isExecutable: false }), false);
  });
});

describe('an entry of the review', () => {
  it('says size and host, and nothing more where nothing is to be known', () => {
    assert.deepEqual(describePlanned(planned(), english), { description: '1 MB, one.example', detail: '' });
  });

  it('warns of what is overwritten, obeyed or unproven', () => {
    const { detail } = describePlanned(planned({ path: '.envrc', integrity: [] }, { action: 'modified' }), english);
    assert.match(detail, /changed by hand/);
    assert.match(detail, /asked once more/);
    assert.match(detail, /No strong hash/);
  });
});

const nothing: RunSummary = {
  fetched: 0,
  fetchedBytes: 0,
  seconds: 0,
  upToDate: 0,
  modified: 0,
  unpinned: 0,
  declined: 0,
  failed: [],
  isCancelled: false,
};

describe('the summary', () => {
  it('counts what was fetched and what was not', () => {
    const summary = { ...nothing, fetched: 9, fetchedBytes: 45e6, seconds: 4.06, upToDate: 3, failed: ['a', 'b'] };
    assert.equal(
      describeSummary(summary, english),
      'Workspace assets: 9 fetched (45 MB in 4.1 s), 3 up to date, 2 not fetched. Not fetched: a, b.',
    );
  });

  it('says that changed files were left alone and what has no hash', () => {
    const text = describeSummary({ ...nothing, modified: 1, unpinned: 2, declined: 1 }, english);
    assert.equal(text, 'Workspace assets: 1 changed by hand and left alone, 1 left out. 2 without a strong hash.');
  });

  it('does not list files of a cancelled run as failures', () => {
    const text = describeSummary({ ...nothing, failed: ['a'], isCancelled: true }, english);
    assert.equal(text, 'Cancelled; what was received is kept. Workspace assets: 1 not fetched.');
  });

  it('says where there was nothing to do', () => {
    assert.equal(describeSummary(nothing, english), 'Workspace assets: nothing to do.');
  });
});

describe('the verdict of verifying', () => {
  it('I3 says verified only of what a strong hash proved', () => {
    assert.equal(
      describeVerdict({ verified: 2, unpinned: 1, faults: [] }, english),
      '3 assets: 2 verified, 1 present without a strong hash.',
    );
  });

  it('names what is not as listed', () => {
    assert.equal(
      describeVerdict({ verified: 0, unpinned: 0, faults: ['a is missing'] }, english),
      '1 asset: 0 verified. Not as listed: a is missing.',
    );
  });
});

describe('a list that can’t be used', () => {
  it('names its first error and counts them', () => {
    assert.match(describeListFaults(['l.json:2: error: No.'], english), /has an error\. l\.json:2: error: No\.$/);
    assert.match(describeListFaults(['a', 'b'], english), /has 2 errors\. a$/);
  });
});
