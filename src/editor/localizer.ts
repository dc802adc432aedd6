// The one thing of vscode that wording needs, so that texts can be tested without an editor.

/** `vscode.l10n`: picks the translation of a message and puts the arguments in place of `{0}`, `{1}`. */
export interface Localizer {
  t(message: string, ...args: (string | number | boolean)[]): string;
}
