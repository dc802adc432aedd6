// One question with an input box: validated as typed, with buttons, and a way back. Which questions there are is prompts.ts.
import * as vscode from 'vscode';
import { asPlainText } from './plainText';

export interface InputQuestion<Button extends vscode.QuickInputButton> {
  readonly title: string;
  readonly value: string;
  /** Part of the value that is selected at first, as offsets; else its end has the cursor. */
  readonly selection?: readonly [number, number];
  readonly prompt: string;
  readonly placeholder: string;
  readonly step?: readonly [number, number];
  readonly buttons?: readonly Button[];
  /** Why the value can't be accepted; undefined where it can. Not shown while the box is still empty. */
  readonly validate: (value: string) => string | undefined;
}

/** `pressed`: a button of the question or `QuickInputButtons.Back`; `value` is what stood in the box. */
export type InputAnswer<Button> =
  | { readonly type: 'accepted'; readonly value: string }
  | { readonly type: 'pressed'; readonly button: Button | vscode.QuickInputButton; readonly value: string }
  | { readonly type: 'dismissed' };

/** Asks and waits. The box stays when the focus leaves it: people fetch hashes and links from other windows. */
export async function askInput<Button extends vscode.QuickInputButton>(
  question: InputQuestion<Button>,
): Promise<InputAnswer<Button>> {
  const box = vscode.window.createInputBox();
  box.title = question.title;
  box.value = question.value;
  if (question.selection !== undefined) box.valueSelection = question.selection;
  box.prompt = asPlainText(question.prompt);
  box.placeholder = question.placeholder;
  box.ignoreFocusOut = true;
  box.buttons = [
    ...((question.step?.[0] ?? 1) > 1 ? [vscode.QuickInputButtons.Back] : []),
    ...(question.buttons ?? []),
  ];
  if (question.step !== undefined) [box.step, box.totalSteps] = question.step;
  try {
    return await waitForAnswer(box, question);
  } finally {
    box.dispose();
  }
}

function waitForAnswer<Button extends vscode.QuickInputButton>(
  box: vscode.InputBox,
  { validate }: InputQuestion<Button>,
): Promise<InputAnswer<Button>> {
  return new Promise((resolve) => {
    const showFault = (isComplaining: boolean): boolean => {
      const fault = validate(box.value);
      box.validationMessage = isComplaining && fault !== undefined ? asPlainText(fault) : undefined;
      return fault !== undefined;
    };
    box.onDidChangeValue(() => showFault(box.value !== ''));
    box.onDidAccept(() => {
      if (!showFault(true)) resolve({ type: 'accepted', value: box.value });
    });
    box.onDidTriggerButton((button) => resolve({ type: 'pressed', button, value: box.value }));
    box.onDidHide(() => resolve({ type: 'dismissed' }));
    box.show();
    showFault(box.value !== '');
  });
}
