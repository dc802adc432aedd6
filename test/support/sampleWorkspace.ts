// Writes a workspace folder to try Asset Fetch in: a page of URLs, tasks and an asset list, all of the sample server.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bodySha256 } from './body';
import { sampleAssets, type SampleName, type SampleServer } from './sampleServer';

/** `sha256:HEX` of a sample, as it can be given to Asset Fetch. */
export function sampleIntegrity(name: SampleName): string {
  const { seed, sizeBytes } = sampleAssets[name];
  return `sha256:${bodySha256(seed, sizeBytes)}`;
}

/** Settings for a window that shall not ask about the workspace's asset list. */
export const quietAboutList = { 'assetFetch.fetchOnOpen': 'never' } as const;

/** Fills `folder`, which may be new, with the sample workspace. */
export async function writeSampleWorkspace(folder: string, server: SampleServer): Promise<void> {
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'downloads.md'), downloadsPage(server));
  await writeFile(join(folder, '.vscode', 'tasks.json'), asJson(tasks(server)));
  await writeFile(join(folder, 'asset-fetch.json'), asJson(manifest(server)));
}

/** Line 5 holds the model's URL, line 6 the report's, line 7 the map's. */
function downloadsPage(server: SampleServer): string {
  return `# Sample downloads

Right-click on a URL and choose "Download File at URL…".

${server.urlOf('model')}
${server.urlOf('report')}
${server.urlOf('map')}

- a Markdown link: [the atlas font](${server.urlOf('font')})
- in angle brackets: <${server.urlOf('empty')}>
- in a shell line: \`curl -LO ${server.urlOf('model')} && echo done\`
- at the end of a sentence: the font is at ${server.urlOf('font')}.
- not there: ${server.origin}/missing
- out of order: ${server.origin}/broken
`;
}

function tasks(server: SampleServer): object {
  return {
    version: '2.0.0',
    tasks: [
      {
        label: 'fetch model',
        type: 'asset-fetch',
        url: server.urlOf('model'),
        path: 'assets/tiny-model.onnx',
        integrity: sampleIntegrity('model'),
      },
      {
        label: 'fetch with a wrong hash',
        type: 'asset-fetch',
        url: server.urlOf('font'),
        path: 'assets/wrong.ttf',
        integrity: `sha256:${'0'.repeat(64)}`,
      },
      {
        label: 'fetch what is not there',
        type: 'asset-fetch',
        url: `${server.origin}/missing`,
        path: 'assets/missing',
      },
      {
        label: 'build',
        type: 'process',
        command: 'node',
        args: ['-e', "console.log(require('node:fs').statSync('assets/tiny-model.onnx').size, 'bytes of model')"],
        dependsOn: 'fetch model',
        problemMatcher: [],
      },
    ],
  };
}

function manifest(server: SampleServer): object {
  const names = ['model', 'font', 'map'] as const;
  const assets = names.map((name) => ({
    path: `assets${sampleAssets[name].path.slice(sampleAssets[name].path.lastIndexOf('/'))}`,
    url: server.urlOf(name),
    integrity: sampleIntegrity(name),
    size: sampleAssets[name].sizeBytes,
  }));
  return { version: 1, assets };
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
