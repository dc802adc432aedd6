// Reads and answers VS Code's notifications and modal dialogs.
import type { Locator, Page } from 'playwright-core';

/** Runs in the page. Text, for tests have no DOM types. */
const readTexts = `[...document.querySelectorAll('.notifications-toasts .notification-list-item-message')].map((item) => item.innerText)`;

export class Notifications {
  constructor(private readonly page: Page) {}

  private get items(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item:visible');
  }

  /** The notification whose message matches. */
  private item(message: string | RegExp): Locator {
    const text = this.page.locator('.notification-list-item-message').filter({ hasText: message });
    return this.items.filter({ has: text }).first();
  }

  /** Messages on the screen now, newest first. */
  async texts(): Promise<string[]> {
    return this.page.evaluate<string[]>(readTexts);
  }

  /** Waits until the messages on the screen are others than `before`, and returns them. */
  async waitForChange(before: readonly string[], timeoutMs = 60_000): Promise<string[]> {
    const known = JSON.stringify(JSON.stringify(before));
    await this.page.waitForFunction(`JSON.stringify(${readTexts}) !== ${known}`, null, { timeout: timeoutMs });
    return this.texts();
  }

  /** Waits for a notification and returns its whole message. */
  async waitFor(message: string | RegExp, timeoutMs?: number): Promise<string> {
    const item = this.item(message);
    await item.waitFor(timeoutMs === undefined ? {} : { timeout: timeoutMs });
    return item.locator('.notification-list-item-message').innerText();
  }

  async waitUntilGone(message: string | RegExp): Promise<void> {
    await this.item(message).waitFor({ state: 'hidden' });
  }

  /** Labels of a notification's buttons. */
  async buttons(message: string | RegExp): Promise<string[]> {
    await this.item(message).waitFor();
    return this.item(message).locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts();
  }

  /** Presses the button labelled `button` on the notification that matches. */
  async click(message: string | RegExp, button: string): Promise<void> {
    // Buttons fade in with the mouse over the notification; a progress toast may move meanwhile.
    await this.item(message).hover();
    await this.item(message).locator('.monaco-button').getByText(button, { exact: true }).click();
  }

  /** Closes the notification that matches, as its cross does. */
  async close(message: string | RegExp): Promise<void> {
    await this.item(message).hover();
    await this.item(message).locator('.codicon-notifications-clear').click();
    await this.waitUntilGone(message);
  }

  /** Presses a button of the modal dialog that matches. */
  async answerDialog(message: string | RegExp, button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box').filter({ hasText: message });
    await dialog.locator('.dialog-buttons .monaco-button').getByText(button, { exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** Waits for a modal dialog and returns what it says. */
  async waitForDialog(message: string | RegExp): Promise<string> {
    const dialog = this.page.locator('.monaco-dialog-box').filter({ hasText: message });
    await dialog.waitFor();
    return dialog.innerText();
  }
}
