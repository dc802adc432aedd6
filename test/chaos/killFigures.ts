// What a run of kill trials counted, and how it is told.

/** Live: chains add to it. */
export interface KillFigures {
  /** Processes killed before they had ended. */
  kills: number;
  /** Of these, such that the file was at its destination already. */
  publishedKills: number;
  /** Processes that were meant to be killed but had ended by then. */
  escapes: number;
  /** Chains brought to their end, each with its file compared byte for byte. */
  chains: number;
  /** Kills after which a journal vouched for bytes in a part file, all of which were compared. */
  journalsChecked: number;
  /** Body bytes sent beyond the size of the files, over all chains that fetched one object. */
  wastedBytes: number;
  fileBytes: number;
  seconds: number;
}

/** Nothing counted yet. */
export function makeFigures(): KillFigures {
  return {
    kills: 0,
    publishedKills: 0,
    escapes: 0,
    chains: 0,
    journalsChecked: 0,
    wastedBytes: 0,
    fileBytes: 0,
    seconds: 0,
  };
}

/** The figures as one line a thing, for people. */
export function formatFigures(figures: KillFigures, seed: number): string {
  const perKill = figures.kills === 0 ? 0 : figures.wastedBytes / figures.kills;
  return [
    `${figures.kills} processes killed by SIGKILL, ${figures.publishedKills} of them with the file published; ${figures.escapes} ended before (seed ${seed})`,
    `${figures.chains} files brought to their end and compared byte for byte, ${(figures.fileBytes / 2 ** 20).toFixed(0)} MiB`,
    `${figures.journalsChecked} journals vouched for bytes after a kill; all those bytes were right`,
    `${(perKill / 1024).toFixed(0)} KiB fetched twice per kill`,
    `${figures.seconds.toFixed(0)} s`,
  ].join('\n');
}
