// Drives the quick input: the command palette, input boxes and pick lists at the top of the window. By keyboard.
import type { Locator, Page } from 'playwright-core';

/** Text that must be seen before something is typed: part of a title, a prompt or a placeholder. */
type Expected = string | RegExp;

export class QuickInput {
  constructor(private readonly page: Page) {}

  get widget(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  private get box(): Locator {
    return this.widget.locator('.quick-input-filter input.input, .quick-input-box input.input').first();
  }

  /** The row whose label is exactly `label`. */
  private row(label: string): Locator {
    const name = this.page.locator('.quick-input-list-label .label-name, .quick-input-list-label-name');
    const exact = new RegExp(`^\\s*${escapeForRegExp(label)}\\s*$`);
    return this.widget.locator('.quick-input-list .monaco-list-row').filter({ has: name.filter({ hasText: exact }) });
  }

  /** Opens the palette with F1, types `title` (with its category) and runs the command of exactly that title. */
  async runCommand(title: string): Promise<void> {
    await this.open('F1', '>');
    await this.chooseByTyping(`>${title}`, title);
  }

  /** Opens a file by its name, as Ctrl+P does. */
  async openFile(name: string): Promise<void> {
    await this.open('Control+P', '');
    await this.chooseByTyping(name, name);
  }

  /** Waits for an input box that shows `expected`, replaces what is in it, and presses Enter unless told not to. */
  async typeInInputBox(text: string, expected: Expected, submit = true): Promise<void> {
    await this.waitFor(expected);
    await this.box.focus();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
    if (submit) await this.page.keyboard.press('Enter');
  }

  /** Enters a path in VS Code's own file dialog. Pasted at once: typed letter by letter the dialog would complete it. */
  async enterPath(path: string): Promise<void> {
    await this.widget.getByRole('button', { name: 'Show Local' }).waitFor();
    for (let tries = 0; tries < 5; tries += 1) {
      await this.waitForQuietList();
      if ((await this.box.inputValue()) === path) break;
      await this.box.focus();
      await this.page.keyboard.press('Control+A');
      await this.page.keyboard.insertText(path);
    }
    await this.widget.getByRole('button', { name: 'OK' }).click();
  }

  /** The file dialog fills itself in late, and reads a typed folder late: until it is quiet OK would mean another path. */
  private async waitForQuietList(): Promise<void> {
    let former = '';
    for (let unchanged = 0; unchanged < 5; unchanged += 1) {
      await this.page.waitForTimeout(200);
      const list = (await this.widget.locator('.monaco-list').first().textContent()) ?? '';
      if (list !== former) unchanged = 0;
      former = list;
    }
  }

  /** Waits for an input box that shows `expected` and takes what it proposes. */
  async accept(expected: Expected): Promise<void> {
    await this.waitFor(expected);
    await this.box.focus();
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a pick list that shows `expected` and picks the entry labelled `label`. */
  async pick(label: string, expected?: Expected): Promise<void> {
    if (expected !== undefined) await this.waitFor(expected);
    await this.row(label).first().click();
  }

  /** Ticks the entries of a list for several and confirms. */
  async pickSeveral(labels: readonly string[], expected: Expected): Promise<void> {
    await this.waitFor(expected);
    for (const label of labels) {
      const box = this.row(label).first().locator('.monaco-custom-toggle, input[type=checkbox]').first();
      if ((await box.getAttribute('aria-checked')) !== 'true') await box.click();
    }
    await this.box.focus();
    await this.page.keyboard.press('Enter');
  }

  /** Presses the button with this tooltip beside the title. */
  async clickButton(tooltip: string): Promise<void> {
    await this.widget.getByRole('button', { name: tooltip }).click();
    // The mouse would rest on the title bar and bring up its tooltip.
    await this.page.mouse.move(640, 600);
  }

  /** Labels of the entries that can be seen. */
  async labels(): Promise<string[]> {
    return this.widget.locator('.quick-input-list .quick-input-list-label .label-name').allInnerTexts();
  }

  /** What the input holds now. */
  async value(): Promise<string> {
    return this.box.inputValue();
  }

  /** Waits until the widget shows `expected` in its title, prompt, placeholder or validation message. */
  async waitFor(expected: Expected): Promise<void> {
    const text = typeof expected === 'string' ? new RegExp(escapeForRegExp(expected)) : expected;
    const shown = this.widget.filter({ hasText: text });
    const placeholder = this.widget.filter({ has: this.page.getByPlaceholder(text) });
    await shown.or(placeholder).first().waitFor();
  }

  async waitUntilClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.waitUntilClosed();
  }

  /** A key pressed while the window still starts is lost, so it is pressed until the widget shows. */
  private async open(key: string, prefix: string): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.page.keyboard.press(key);
      if ((await isShown(this.box, 2000)) && (await this.value()).startsWith(prefix)) return this.box.focus();
    }
    throw new Error(`The quick input did not open on ${key}.`);
  }

  /**
   * Types until the row labelled `label` shows, moves to it with the arrow keys and presses Enter. The list doesn't grow
   * by itself when an extension brings its commands later, so the text is typed anew now and then.
   */
  private async chooseByTyping(text: string, label: string): Promise<void> {
    const row = this.row(label).first();
    for (let attempt = 0; attempt < 15; attempt++) {
      await this.page.keyboard.press('Control+A');
      await this.page.keyboard.type(text);
      if (await isShown(row, 1500)) return this.chooseByKeyboard(row);
    }
    throw new Error(`The list has no entry ${JSON.stringify(label)}.`);
  }

  private async chooseByKeyboard(row: Locator): Promise<void> {
    const focused = row.and(this.page.locator('.focused'));
    for (let step = 0; step < 30 && (await focused.count()) === 0; step++) await this.page.keyboard.press('ArrowDown');
    await focused.waitFor();
    await this.page.keyboard.press('Enter');
  }
}

/** Whether an element comes into sight in time. */
export async function isShown(locator: Locator, withinMs: number): Promise<boolean> {
  return locator.waitFor({ timeout: withinMs }).then(
    () => true,
    () => false,
  );
}

/** `text` as a pattern that matches just it. */
function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
