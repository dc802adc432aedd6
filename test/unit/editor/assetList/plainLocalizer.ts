// Untranslated texts, as VS Code gives them where no translation is installed.
import type { Localizer } from '../../../../src/editor/localizer';

export const plainLocalizer: Localizer = {
  t: (message, ...args) => message.replace(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)])),
};
