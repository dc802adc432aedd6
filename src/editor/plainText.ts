// Foreign text made fit for places that read Markdown links out of plain messages.

/**
 * The text with no `[label](target)` left in it. Notifications and input boxes make links of those, `command:` ones included, and file names, hosts
 * and server messages are not ours.
 */
export function asPlainText(text: string): string {
  return text.replaceAll('](', '] (');
}
