import type { Entry } from "../model/manifest.ts";
import { conflict, type Draft, finding } from "./draft.ts";

/** Entries that can't be planned at all, for what they are to each other. */

export function refuseCircle(draft: Draft, entry: Entry): void {
  finding(draft, entry.target, "in-the-way", "it would be stored inside itself");
  conflict(
    draft,
    entry,
    `${entry.target} would be stored inside itself: the way to ${entry.source} leads through it`,
    "name the directory that really holds it as the persistence root",
  );
}

export function refuseSharedPlace(draft: Draft, entry: Entry, other: Entry): void {
  finding(draft, entry.target, "in-the-way", `it is the same place as ${other.target}`);
  conflict(
    draft,
    entry,
    `${entry.target} and ${other.target} are the same place, by different ways`,
    "keep one of the two entries",
  );
}

export function refuseOwnSource(draft: Draft, entry: Entry): void {
  finding(draft, entry.target, "wrong-source", `its source ${entry.source} is itself`);
  conflict(
    draft,
    entry,
    `${entry.source} is ${entry.target} itself or lies in it, by another way`,
    "keep what is to persist on another filesystem, or in another directory",
  );
}

/** Refuses entries that lead elsewhere once a directory with symlinks in it is copied or put back. */
export function refuseNewWays(draft: Draft): void {
  const { survey, overlay } = draft;
  if (!overlay.movesContent) return;
  const ways = survey.findWays();
  for (const entry of survey.wanted.values()) {
    for (const path of [entry.target, entry.source]) {
      if (ways.locate(path).path === survey.ways.locate(path).path) continue;
      finding(
        draft,
        entry.target,
        "in-the-way",
        `the way to ${path} leads through a symlink that is only now copied`,
      );
      conflict(
        draft,
        entry,
        `the way to ${path} leads through a symlink that is only now copied or put back`,
        "apply without this entry first, and then with it",
      );
    }
  }
}
