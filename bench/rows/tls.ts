// P10: one big file over TLS 1.3.
import { join } from 'node:path';
import { testCaPath } from '../../test/support/certificates';
import { ariaCommand, curlCommand, findPeer, getCommand } from '../peers';
import { runSideBySide } from '../sideBySide';
import { compare, fileContender, type Row } from './row';

export const tlsRow: Row = {
  id: 'P10',
  async run({ bigFile, tlsServer, folder, rounds }) {
    const url = tlsServer.url(bigFile.name, 'full');
    const [outputPath, stateDir] = [join(folder, 'out.bin'), join(folder, 'state')];
    const result = { outputPath, sha256: bigFile.sha256, leftovers: [stateDir] };
    const [curl, aria] = [findPeer('curl'), findPeer('aria2c')];
    const options = ['--cacert', testCaPath, '--integrity', `sha256:${bigFile.sha256}`];
    const results = await runSideBySide(
      [
        fileContender('asset-fetch', getCommand(url, outputPath, stateDir, ...options), result),
        ...(curl === null
          ? []
          : [fileContender('curl -k, no hash', curlCommand(curl, url, outputPath, '--insecure', '--tlsv1.3'), result)]),
        ...(aria === null
          ? []
          : [
              fileContender('aria2c, no hash', ariaCommand(aria, url, outputPath, '--check-certificate=false'), result),
            ]),
      ],
      rounds,
    );
    return {
      id: 'P10',
      title: `${Math.round(bigFile.sizeBytes / 2 ** 20)} MiB over TLS 1.3`,
      contenders: results,
      comparisons: [compare(results, 'wallSeconds', ['asset-fetch', 'curl -k, no hash'], 1.3)],
      notes: [],
    };
  },
};
