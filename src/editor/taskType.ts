// A file of its own, so that the bundle of extension.ts, which VS Code waits for, can have it without the tasks.

/** The type in tasks.json and in package.json's taskDefinitions. */
export const taskType = 'asset-fetch';
