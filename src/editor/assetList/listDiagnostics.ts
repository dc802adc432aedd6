// Problems of open asset lists, underlined in their editors and listed in the Problems view.
import * as vscode from 'vscode';
import type { Problem, Severity } from '../../assets/manifestProblems';
import { openListDocument } from './listFile';
import type { OpenList, OpenLists } from './openLists';

/** Name of the collection and the `source` of its diagnostics. */
export const diagnosticSource = 'asset-fetch';

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** More underlines than anybody reads; VS Code itself stops at a thousand. */
const MOST_PROBLEMS = 1000;

/** Keeps the Problems view in step with the open lists. Dispose what it returns. */
export function registerListDiagnostics(lists: OpenLists): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection(diagnosticSource);
  const watch = lists.onDidChange((uri) => {
    const list = lists.get(uri);
    const document = list === null ? undefined : openListDocument(list.file);
    if (list === null || document === undefined) collection.delete(uri);
    // Where somebody typed meanwhile, offsets no longer fit, and the next reading is under way.
    else if (document.getText() === list.text) collection.set(uri, toDiagnostics(list, document));
  });
  return vscode.Disposable.from(collection, watch);
}

function toDiagnostics({ problems }: OpenList, document: vscode.TextDocument): vscode.Diagnostic[] {
  return problems.slice(0, MOST_PROBLEMS).map((problem) => toDiagnostic(problem, document));
}

function toDiagnostic({ offset, length, message, severity, code }: Problem, document: vscode.TextDocument) {
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
  diagnostic.source = diagnosticSource;
  diagnostic.code = code;
  return diagnostic;
}
