// A hover on a URL offers to download it.
import * as vscode from 'vscode';
import { urlAt } from '../assets/urlInText';

/** Registers the hover for files and unsaved documents of every language. */
export function registerUrlHover(): vscode.Disposable {
  return vscode.languages.registerHoverProvider([{ scheme: 'file' }, { scheme: 'untitled' }], {
    provideHover: (document, position) => hoverAt(document, position),
  });
}

function hoverAt(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | null {
  const found = urlAt(document.lineAt(position.line).text, position.character);
  if (found === null || !vscode.workspace.isTrusted) return null;
  const range = new vscode.Range(position.line, found.start, position.line, found.end);
  return new vscode.Hover(describe(found.url), range);
}

/** The document's text enters through the link's encoded argument alone, and no other command than ours can be called. */
function describe(url: string): vscode.MarkdownString {
  const command = 'assetFetch.downloadFileAtUrl';
  const argument = encodeURIComponent(JSON.stringify([{ url }]))
    .replaceAll('(', '%28')
    .replaceAll(')', '%29');
  const hover = new vscode.MarkdownString(`[${vscode.l10n.t('Download File…')}](command:${command}?${argument})`);
  hover.isTrusted = { enabledCommands: [command] };
  hover.appendText(` ${new URL(url).host}`);
  return hover;
}

/** The URL of the argument `{ url }`, which a hover's link and other extensions hand to commands; null for any other argument. */
export function linkedUrl(argument: unknown): string | null {
  const isLink = typeof argument === 'object' && argument !== null && 'url' in argument;
  return isLink && typeof argument.url === 'string' ? argument.url : null;
}
