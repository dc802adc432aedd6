// The terminal that a task runs in: Ctrl-C and closing it cancel, what is raised becomes a line and an exit code.
import * as vscode from 'vscode';
import { asFetchError, toPlainError } from '../assets/fetchError';
import { exitCodeFor, type ExitCode } from '../assets/exitCode';
import { writeFailure } from './taskOutput';

const CTRL_C = '\x03';

export interface Terminal {
  readonly write: (text: string) => void;
  /** Aborted when the task is to end. */
  readonly signal: AbortSignal;
}

/** What a task does; `definition` is its entry in tasks.json, variables resolved. */
export interface TaskWork {
  /** What is fetched, for the line that says that it failed. */
  name(definition: vscode.TaskDefinition): string;
  /** Raises FetchErrors. */
  run(definition: vscode.TaskDefinition, terminal: Terminal): Promise<ExitCode>;
}

/** Does `work` in a terminal of its own, each time the task is run. */
export function executeInTerminal(work: TaskWork): vscode.CustomExecution {
  return new vscode.CustomExecution((definition) => Promise.resolve(new TaskTerminal(work, definition)));
}

class TaskTerminal implements vscode.Pseudoterminal {
  private readonly writer = new vscode.EventEmitter<string>();
  private readonly closer = new vscode.EventEmitter<number>();
  private readonly cancelling = new AbortController();
  readonly onDidWrite = this.writer.event;
  readonly onDidClose = this.closer.event;

  constructor(
    private readonly work: TaskWork,
    private readonly definition: vscode.TaskDefinition,
  ) {}

  /** Nothing may be written before VS Code calls this. */
  open(): void {
    void this.run().then((exitCode) => this.closer.fire(exitCode));
  }

  close(): void {
    this.cancelling.abort();
  }

  handleInput(data: string): void {
    if (data === CTRL_C) this.cancelling.abort();
  }

  private async run(): Promise<ExitCode> {
    const write = (text: string): void => this.writer.fire(text);
    try {
      return await this.work.run(this.definition, { write, signal: this.cancelling.signal });
    } catch (reason) {
      const error = asFetchError(reason);
      write(writeFailure(toPlainError(error), this.work.name(this.definition), vscode.l10n));
      return exitCodeFor(error.code);
    }
  }
}
