// The log channel "Asset Fetch". Whatever is written passes redaction here, so that no caller can forget it.
import type { LogOutputChannel } from 'vscode';
import { redactText } from '../assets/redact';
import type { LogLevel } from '../bridge/protocol';

/** Writes redacted lines. Disposing the channel is its maker's. */
export class Log {
  constructor(private readonly channel: LogOutputChannel) {}

  write(level: LogLevel, text: string): void {
    const line = redactText(text);
    switch (level) {
      case 'debug':
        return this.channel.debug(line);
      case 'info':
        return this.channel.info(line);
      case 'warn':
        return this.channel.warn(line);
      case 'error':
        return this.channel.error(line);
    }
  }

  show(): void {
    this.channel.show(true);
  }
}
