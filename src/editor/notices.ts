// Messages in the corner of the window. Every one passes here, so that none shows a secret or makes a link of foreign text.
import * as vscode from 'vscode';
import { redactText } from '../assets/redact';
import { asPlainText } from './plainText';

export type NoticeKind = 'info' | 'warning' | 'error';

export interface NoticeAction<Id extends string> {
  readonly id: Id;
  readonly title: string;
}

/** Shows a message and resolves with the id of the button pressed; null where it was closed or went away. */
export async function showNotice<Id extends string = never>(
  kind: NoticeKind,
  text: string,
  actions: readonly NoticeAction<Id>[] = [],
): Promise<Id | null> {
  const show = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[kind];
  const chosen = await show<NoticeAction<Id> & vscode.MessageItem>(asPlainText(redactText(text)), ...actions);
  return chosen?.id ?? null;
}

/** Asks in the middle of the window; Cancel comes with it. Null where it was cancelled or can't be asked. */
export async function askModally<Id extends string>(
  question: string,
  detail: string,
  actions: readonly NoticeAction<Id>[],
): Promise<Id | null> {
  const options = { modal: true, detail };
  try {
    const chosen = await vscode.window.showWarningMessage<NoticeAction<Id> & vscode.MessageItem>(
      question,
      options,
      ...actions,
    );
    return chosen?.id ?? null;
  } catch {
    // A host without anybody in front of it refuses dialogs; nobody has consented then.
    return null;
  }
}
