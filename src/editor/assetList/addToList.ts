// "Add URL to Workspace Assets…": fetches a file, then writes it into the list with its hash and size.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { checkRelativePath, proposeFileName } from '../../assets/destination';
import { asFetchError, FetchError } from '../../assets/fetchError';
import { applyTextChange, emptyManifest } from '../../assets/manifestEdit';
import { formatProblem } from '../../assets/manifestProblems';
import { formatBytes } from '../../assets/quantityText';
import { displayHost, parseHttpUrl } from '../../assets/redact';
import { makeRequest, type FetchResult } from '../../assets/request';
import { isSensitivePath } from '../../assets/sensitivePath';
import { proposePath } from '../destinationPath';
import { showFailure } from '../endNotices';
import { askInput } from '../inputBox';
import { showNotice } from '../notices';
import { askUrl, confirmSensitivePath, faultOf } from '../prompts';
import type { Services } from '../services';
import { readSettings } from '../settings';
import { urlInClipboard } from '../wantedFile';
import { isConflict } from '../watchedDownload';
import { editList } from './listEdit';
import { listExists, listFileIn, nameOfList, readListText, type ListFile } from './listFile';
import { pickListFolder } from './pickListFolder';

const { l10n } = vscode;

/** An entry without its proof. */
interface WantedEntry {
  readonly url: string;
  readonly path: string;
}

/** Asks what is open, fetches, writes the entry. @param given the URL that was clicked; null: ask. @throws FetchError */
export async function addToList(services: Services, given: string | null): Promise<void> {
  const folder = await pickListFolder();
  if (folder === null) return;
  const file = listFileIn(folder);
  const url = given ?? (await askForUrl());
  const place = url === null ? null : await askForPath(parseHttpUrl(url), folder);
  if (url === null || place === null) return;
  const entry = { url, path: place };
  await requireSoundEntry(services, file, entry);
  if (isSensitivePath(place) && !(await confirmSensitivePath(place, displayHost(url)))) return;
  const result = await fetchEntry(services, file, entry);
  if (result !== null) await writeEntry(services, file, entry, result);
}

async function askForUrl(): Promise<string | null> {
  return askUrl({
    title: l10n.t('Add URL to Workspace Assets'),
    prompt: l10n.t('Address of the file. Choose one with a version in it.'),
    placeholder: 'https://example.com/v1.2/model.onnx',
    initial: await urlInClipboard(),
  });
}

async function askForPath(url: URL, folder: vscode.WorkspaceFolder): Promise<string | null> {
  const name = proposeFileName({ contentDisposition: [], url });
  const proposed = proposePath(readSettings(folder.uri).defaultFolder, name, url).replace(/\/$/, `/${name}`);
  const value = proposed.replace(/^\.\//, '');
  const answer = await askInput({
    title: l10n.t('Add URL to Workspace Assets'),
    value,
    selection: [0, value.lastIndexOf('/') + 1],
    prompt: l10n.t('Path in {0}, the same for everybody who fetches the list', folder.name),
    placeholder: 'models/model.onnx',
    validate: (text) => faultOf(() => checkRelativePath(text.trim())),
  });
  return answer.type === 'accepted' ? checkRelativePath(answer.value.trim()) : null;
}

/** The list is judged with the new entry before anything is fetched. @throws FetchError `invalidRequest` */
async function requireSoundEntry({ assetLists }: Services, file: ListFile, entry: WantedEntry): Promise<void> {
  const before = (await listExists(file)) ? await readListText(file) : emptyManifest;
  const engine = await assetLists.engines.engine();
  const change = await engine.editList(before, { type: 'add', ...entry, proof: null });
  const { list } = await engine.readList(applyTextChange(before, change), null);
  const fault = list.problems.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw new FetchError('invalidRequest', formatProblem(fault, nameOfList(file)));
}

/** Null where the person left it at a failure. */
async function fetchEntry(
  services: Services,
  { root }: ListFile,
  { url, path: place }: WantedEntry,
): Promise<FetchResult | null> {
  const request = makeRequest({ urls: [url], root, path: place, maxSizeBytes: readSettings().maxSizeBytes });
  for (;;) {
    try {
      return await services.watched.fetch(request);
    } catch (reason) {
      const error = asFetchError(reason);
      if (isConflict(error, request)) return null;
      if (!(await showFailure(error, path.posix.basename(place), services.log))) return null;
    }
  }
}

async function writeEntry(
  { assetLists }: Services,
  file: ListFile,
  { url }: WantedEntry,
  { path: savedPath, sha256, bytes }: FetchResult,
): Promise<void> {
  // Not the path that was asked for where both files were kept.
  const place = path.relative(file.root, savedPath).split(path.sep).join('/');
  await editList(assetLists.engines, file, { type: 'add', path: place, url, proof: { sha256, sizeBytes: bytes } });
  const text = l10n.t(
    '{0} ({1}) was fetched and added to {2} with its hash.',
    place,
    formatBytes(bytes),
    nameOfList(file),
  );
  const answer = await showNotice('info', text, [{ id: 'open', title: l10n.t('Open Asset List') }]);
  if (answer === 'open') await vscode.window.showTextDocument(file.uri);
}
