// Finds places in the text editor and in the explorer, and opens their context menus.
import type { Locator, Page } from 'playwright-core';
import { isShown } from './quickInput';

/** A character of the text, counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export class EditorPane {
  constructor(private readonly page: Page) {}

  /** Right-clicks on the character at `line` and `column`, both from 1, and waits for a menu that has `label`. */
  async rightClickAt(line: number, column: number, label: string): Promise<void> {
    const { x, y } = await this.placeOf(line, column);
    await this.openMenu(label, () => this.page.mouse.click(x, y, { button: 'right' }));
  }

  /** Selects with the mouse from one character to another; `line` and `column` from 1. */
  async select(from: TextPlace, to: TextPlace): Promise<void> {
    const start = await this.placeOf(from.line, from.column);
    const end = await this.placeOf(to.line, to.column);
    await this.page.mouse.click(start.x, start.y);
    await this.page.keyboard.down('Shift');
    await this.page.mouse.click(end.x, end.y);
    await this.page.keyboard.up('Shift');
  }

  /** Moves the mouse over a character and waits for the hover. */
  async hoverAt(line: number, column: number): Promise<Locator> {
    const { x, y } = await this.placeOf(line, column);
    // After a context menu VS Code thinks that the button is still down, and shows no hover, until the next click.
    await this.page.mouse.click(x, y);
    await this.page.mouse.move(x, y + 200);
    await this.page.mouse.move(x, y, { steps: 5 });
    const hover = this.page.locator('.monaco-hover:visible').first();
    await hover.waitFor();
    return hover;
  }

  /** Right-clicks an entry of the explorer, found by its name, and waits for a menu that has `label`. */
  async rightClickInExplorer(name: string, label: string): Promise<void> {
    const row = this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
    await this.openMenu(label, () => row.click({ button: 'right' }));
  }

  /** Labels of the open context menu. It lives in a shadow root, which locators see through. */
  async menuLabels(): Promise<string[]> {
    const labels = await this.menu.locator('.action-label').allInnerTexts();
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** Chooses an entry of the open context menu. */
  async chooseMenuItem(label: string): Promise<void> {
    await this.menuItem(label).hover();
    // A menu ignores the mouse for a moment after it opened, so that a slipping right-click chooses nothing.
    await this.page.keyboard.press('Enter');
    await this.menu.first().waitFor({ state: 'hidden' });
  }

  /** Waits until the editor with this file name is in front. */
  async waitForTab(name: string): Promise<void> {
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
  }

  /** An open menu doesn't change: what an extension adds a moment later is seen only when it is opened again. */
  private async openMenu(label: string, click: () => Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < 15; attempt++) {
      await click();
      await this.menu.first().waitFor();
      if (await isShown(this.menuItem(label), 1000)) return;
      await this.page.keyboard.press('Escape');
      await this.menu.first().waitFor({ state: 'hidden' });
    }
    throw new Error(`The context menu has no ${JSON.stringify(label)}.`);
  }

  private menuItem(label: string): Locator {
    const text = this.page.getByText(label, { exact: true });
    return this.menu.locator('.action-menu-item').filter({ has: text }).first();
  }

  private get menu(): Locator {
    return this.page.locator('.monaco-menu-container .monaco-menu');
  }

  private async placeOf(line: number, column: number): Promise<{ x: number; y: number }> {
    const lineNumber = this.page.locator('.editor-instance .line-numbers').getByText(String(line), { exact: true });
    const lineBox = await lineNumber.first().boundingBox();
    if (lineBox === null) throw new Error(`Line ${line} is not on the screen.`);
    const x = await this.page.evaluate<number | null>(`(${findCharacter})(${lineBox.y}, ${column})`);
    if (x === null) throw new Error(`Line ${line} has no column ${column} on the screen.`);
    return { x, y: lineBox.y + lineBox.height / 2 };
  }
}

/** Runs in the page: the middle of a character of the line at `top`, in pixels from the left. Text, for tests have no DOM types. */
const findCharacter = `(top, column) => {
  const rows = [...document.querySelectorAll('.editor-instance .view-lines > .view-line')];
  const row = rows.find((element) => Math.abs(element.getBoundingClientRect().top - top) < 3);
  if (row === undefined) return null;
  const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  let before = 0;
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    if (column <= before + node.length) {
      const range = document.createRange();
      range.setStart(node, column - before - 1);
      range.setEnd(node, column - before);
      const box = range.getBoundingClientRect();
      return box.left + box.width / 2;
    }
    before += node.length;
  }
  return null;
}`;
