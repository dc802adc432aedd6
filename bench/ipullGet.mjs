// ipull as its documentation shows it, with its programming interface: the command line of 4.0.3 ignores `--connections`
// and takes only the name from `--save FILE`. Arguments: URL, output path, connections.
import { basename, dirname } from 'node:path';
import { downloadFile } from 'ipull';

const [url, outputPath, connections] = process.argv.slice(2);
const download = await downloadFile({
  url,
  directory: dirname(outputPath),
  fileName: basename(outputPath),
  parallelStreams: Number(connections),
});
await download.download();
