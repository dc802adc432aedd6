import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fetchErrorCodes, type FetchErrorDetails } from '../../../src/assets/fetchError';
import { redactText } from '../../../src/assets/redact';
import { describeError } from '../../../src/editor/errorMessages';
import { asPlainText } from '../../../src/editor/plainText';
import { describeResult } from '../../../src/editor/progressText';
import { english } from './plainLocalizer';

/** What VS Code makes a link of in a plain message (its parseLinkedText). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

const HOSTILE = [
  '[x](command:workbench.action.quit)',
  '![](https://evil.example/pixel.png)',
  '<img src=x onerror=alert(1)>',
  '[a](https://evil.example "title")',
  '[]([x](command:y))',
  '[x]\u200b](command:y)',
];

/** As notices.ts shows it. */
const shown = (text: string): string => asPlainText(redactText(text));

describe('notices', () => {
  it('would have links without us', () => {
    assert.match(HOSTILE[0] ?? '', LINK);
  });

  for (const code of fetchErrorCodes) {
    it(`C51 show ${code} without a link, whatever names, hosts, paths and reasons say`, () => {
      for (const evil of HOSTILE) {
        const details: FetchErrorDetails = {
          ...{ host: evil, path: `/w/${evil}`, reason: evil, expected: evil, actual: evil, status: 404 },
          ...{ suppressed: [evil], keptBytes: 5 },
        };
        const { text } = describeError({ code, message: evil, details }, evil, english);
        assert.doesNotMatch(shown(text), LINK, text);
      }
    });
  }

  it('C51 show a result without a link', () => {
    for (const evil of HOSTILE) {
      const result = { path: evil, bytes: 1, sha256: evil, verifiedBy: evil, seconds: 1 };
      const text = describeResult(evil, { ...result, fetchedBytes: 1, resumedBytes: 0, connections: 1 }, english);
      assert.doesNotMatch(shown(text), LINK, text);
    }
  });

  it('C51 hold no link in any text', () => {
    const piece = fc.constantFrom('[', ']', '(', ')', 'x', ' ', '"', 'command:a', 'https://h/', 'file:', '!', '\n');
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 40 }), (text) => assert.doesNotMatch(shown(text), LINK)),
      { numRuns: 2_000 },
    );
  });
});
