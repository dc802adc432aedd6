// Quick fixes for problems of an asset list that a fetch solves.
import * as vscode from 'vscode';
import type { ProblemCode } from '../../assets/manifestProblems';
import { diagnosticSource } from './listDiagnostics';
import { listSelector } from './listFile';
import type { OpenLists } from './openLists';

/** Runs hashFix.ts. Arguments: the list's URI as text, the entry's path. */
export const hashCommand = 'assetFetch.entry.hash';

/** Offers them in editors. Dispose what it returns. */
export function registerListFixes(lists: OpenLists): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions: (document, _range, { diagnostics }) =>
      diagnostics.filter(({ source }) => source === diagnosticSource).flatMap((one) => fixesFor(one, document, lists)),
  };
  return vscode.languages.registerCodeActionsProvider(listSelector, provider, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  });
}

function fixesFor(diagnostic: vscode.Diagnostic, document: vscode.TextDocument, lists: OpenLists): vscode.CodeAction[] {
  const title = titleFor(diagnostic.code as ProblemCode);
  const offset = document.offsetAt(diagnostic.range.start);
  const asset = lists
    .get(document.uri)
    ?.reading.list.assets.find((entry) => entry.offset <= offset && offset < entry.offset + entry.length);
  if (title === null || asset === undefined) return [];
  const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  fix.command = { title, command: hashCommand, arguments: [document.uri.toString(), asset.path] };
  fix.diagnostics = [diagnostic];
  fix.isPreferred = true;
  return [fix];
}

function titleFor(code: ProblemCode): string | null {
  switch (code) {
    case 'missingHash':
      return vscode.l10n.t('Add Hash');
    case 'weakHash':
    case 'staleHash':
      return vscode.l10n.t('Update Hash');
    default:
      return null;
  }
}
