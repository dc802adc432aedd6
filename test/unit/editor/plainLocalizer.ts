// English, as VS Code's l10n gives it where no translation is installed.
import type { Localizer } from '../../../src/editor/localizer';

export const english: Localizer = {
  t: (message, ...args) => message.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
};
