// A real VS Code driven as a person would, for test/ui, the demo and the screenshots. Parts of the window: quickInput.ts,
// notifications.ts, editorPane.ts.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openProfile } from './browser';
import { CodeServer, installVsix, type CodeServerOptions } from './codeServer';
import { EditorPane } from './editorPane';
import { Notifications } from './notifications';
import { folderAddress } from './pageAddress';
import { repositoryRoot, screenshotFolder } from './paths';
import { QuickInput } from './quickInput';
import { linkExtension, makeUserData, type Settings } from './userData';

export interface WorkbenchOptions {
  /** Folder or `.code-workspace` to open; null: an empty window. */
  readonly workspaceFolder: string | null;
  readonly settings?: Settings;
  /** False: Restricted Mode. Default true. */
  readonly isTrusted?: boolean;
  /** Installs this .vsix in place of the built extension of the repository. */
  readonly vsix?: string;
  readonly locale?: string;
  /** Folder of the extension to load; default: this repository. */
  readonly extensionFolder?: string;
}

const actionTimeoutMs = 20_000;

/** Runs in the page: waits for animations that end. Those of progress bars don't. Text, for tests have no DOM types. */
const settleAnimations = `Promise.allSettled(document.getAnimations()
  .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
  .map((animation) => animation.finished)).then(() => undefined)`;

/** An open VS Code window. `dispose` it. */
export class Workbench {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly editor: EditorPane;

  private constructor(
    readonly page: Page,
    readonly server: CodeServer,
    /** Profile folder: settings, storage and logs of this VS Code. */
    readonly userData: string,
    private readonly browser: Browser,
  ) {
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
    this.editor = new EditorPane(page);
  }

  /** Starts server and browser and waits until the window can be worked in. */
  static async start(options: WorkbenchOptions): Promise<Workbench> {
    const userData = await makeUserData(options.settings);
    const serverOptions: CodeServerOptions = {
      userData,
      extensions: null,
      isTrusted: options.isTrusted ?? true,
      locale: options.locale ?? null,
      obeysPayload: false,
    };
    if (options.vsix === undefined) await linkExtension(userData, options.extensionFolder ?? repositoryRoot);
    else await installVsix(options.vsix, serverOptions);
    const server = await CodeServer.start(serverOptions);
    const browser = await launchBrowser();
    const page = await (await openProfile(browser, server.origin)).newPage();
    page.setDefaultTimeout(actionTimeoutMs);
    const workbench = new Workbench(page, server, userData, browser);
    await page.goto(folderAddress(server.origin, options.workspaceFolder));
    await workbench.waitUntilReady();
    return workbench;
  }

  private async waitUntilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor();
    await this.page.locator('.monaco-workbench .part.editor').waitFor();
  }

  /** Runs a command by its title with category, through F1 and the keyboard. */
  async runCommand(title: string): Promise<void> {
    await this.quickInput.runCommand(title);
  }

  /** Opens a file of the workspace by its name and waits for its editor. */
  async openFile(name: string): Promise<void> {
    await this.quickInput.openFile(name);
    await this.editor.waitForTab(name);
  }

  /** Reloads the window by its command: extension hosts shut down in order and start anew. */
  async reloadWindow(): Promise<void> {
    const loaded = Promise.all([this.page.waitForEvent('load'), this.server.nextExtensionHost()]);
    await this.quickInput.runCommand('Developer: Reload Window');
    await loaded;
    await this.waitUntilReady();
  }

  /** Kills the extension host as a crash would and waits for the one that VS Code starts in its place. */
  async killExtensionHost(): Promise<void> {
    const next = this.server.nextExtensionHost();
    process.kill(this.server.extensionHostPid, 'SIGKILL');
    await next;
  }

  /** Puts text on the clipboard that extensions read. */
  async setClipboard(text: string): Promise<void> {
    await this.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  }

  /** Waits until the clipboard holds text that matches, and returns it. */
  async waitForClipboard(pattern: RegExp): Promise<string> {
    const deadlineMs = performance.now() + actionTimeoutMs;
    for (;;) {
      const text = await this.page.evaluate<string>('navigator.clipboard.readText()');
      if (pattern.test(text)) return text;
      if (performance.now() > deadlineMs) throw new Error(`The clipboard holds ${JSON.stringify(text)}.`);
    }
  }

  /** Saves the window, once nothing moves, as a picture in out/screenshots and returns its path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(screenshotFolder, { recursive: true });
    const path = join(screenshotFolder, `${name}.png`);
    await this.page.evaluate(settleAnimations);
    await this.page.screenshot({ path });
    return path;
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await this.server.dispose();
    await rm(this.userData, { recursive: true, force: true });
  }
}
