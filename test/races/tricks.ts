import { renameSync } from "node:fs";
import type { Machine } from "../machine/machine.ts";
import { directory, file, home, stored, symlink } from "./arena.ts";
import {
  atBoth,
  atName,
  atSources,
  atTargets,
  bait,
  decoy,
  decoyDirectory,
  decoyFile,
  entriesAt,
  folder,
  layOut,
  nothing,
  persisting,
  storedDecoy,
} from "./layout.ts";
import { type Scenario, times } from "./scenario.ts";
import { mountLines, treeLines } from "./tree.ts";

/** What else a user can put in the place of something in the moment in which imp uses it. */

const storedFolder = (entry: number) => stored(folder(entry));
const mounts = (entries: number) => persisting({ directories: entriesAt("x")(entries) });

function prepareMounts(machine: Machine, entries: number): void {
  layOut(machine, entries, (entry, target, source) => {
    for (const place of [target, source]) directory(machine, `${place}/x`);
    decoyDirectory(machine, entry, "x");
    symlink(machine, `${target}/y`, `${decoy(entry)}/x`);
    symlink(machine, `${source}/y`, `${storedDecoy(entry)}/x`);
  });
}

function prepareFiles(machine: Machine, entries: number): void {
  layOut(machine, entries, (entry, target, source) => {
    file(machine, `${source}/f`, "stored\n");
    decoyFile(machine, entry, "f");
    symlink(machine, `${target}/g`, `${decoy(entry)}/f`);
    symlink(machine, `${source}/g`, `${storedDecoy(entry)}/f`);
  });
}

/** Root's own files, on both filesystems, that the attacker makes hard links to. */
const linked = { home: "/linked", store: "/persist/linked" };

async function layOutLinked(machine: Machine, entries: number): Promise<void> {
  for (const place of Object.values(linked)) {
    directory(machine, place, { owner: 0 });
    for (let entry = 0; entry < entries; entry += 1) {
      file(machine, `${place}/${entry}`, "root's\n", { owner: 0, mode: 0o600 });
    }
  }
  // The kernel's setting is one for all machines; here, imp finds another one.
  await machine.sh("echo 0 > /opt/off; mount --bind /opt/off /proc/sys/fs/protected_hardlinks");
}

const keepsLinked = async (machine: Machine) =>
  Object.values(linked)
    .flatMap((place) => treeLines(machine, place, "lasting"))
    .join("\n");

/** Somebody else's mount, as a user's own filesystem could be (fuse(4)): it has `nosuid` and `nodev` for a reason. */
const foreignMounts = (paths: readonly string[]) =>
  paths.map((path) => `mount -t tmpfs -o nosuid,nodev,mode=755 foreign ${path}`).join("\n");

const foreignLines = async (machine: Machine, isMeant: (line: string) => boolean) =>
  [...(await mountLines(machine, home)), ...(await mountLines(machine, stored(home)))]
    .filter((line) => line.includes(" shows / ") && isMeant(line))
    .join("\n");

function prepareForeign(place: (path: string) => string) {
  return async (machine: Machine, entries: number): Promise<void> => {
    layOut(machine, entries, (entry, target, source) => {
      for (const path of [`${target}/x`, `${source}/x`]) directory(machine, path);
      const beside = place(bait(entry));
      renameSync(machine.outside(beside), machine.outside(`${beside}-unused`));
      directory(machine, beside);
      directory(machine, `${beside}/x`);
    });
    await machine.sh(foreignMounts(times(entries, (entry) => `${place(bait(entry))}/x`)));
  };
}

export const tricks: readonly Scenario[] = [
  {
    name: "a target exchanged for a symlink",
    prepare: prepareMounts,
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atName("x", "y")(entries) }),
  },
  {
    name: "a source exchanged for a symlink",
    prepare: prepareMounts,
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atName("x", "y", storedFolder)(entries) }),
  },
  {
    name: "imp's own symlink exchanged for another",
    prepare: prepareFiles,
    forth: (entries) => persisting({ files: entriesAt("f")(entries) }),
    back: nothing,
    attack: (entries) => ({ pairs: atName("f", "g")(entries) }),
    carriesAway: true,
  },
  {
    name: "the source of a bound file exchanged for a symlink",
    prepare: prepareFiles,
    forth: (entries) =>
      persisting({ files: entriesAt("f", (path) => ({ file: path, method: "bind" }))(entries) }),
    back: nothing,
    attack: (entries) => ({ pairs: atName("f", "g", storedFolder)(entries) }),
  },
  {
    name: "symlinks to their own exchanged for symlinks to root's",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target, source) => {
        for (const place of [target, source]) directory(machine, `${place}/x`);
        file(machine, `${source}/f`, "stored\n");
        decoyDirectory(machine, entry, "x");
        decoyFile(machine, entry, "f");
        for (const place of [target, source]) {
          const own = place.replace(/p(\d+)$/, "own-p$1");
          renameSync(machine.outside(place), machine.outside(own));
          symlink(machine, place, own);
        }
      });
    },
    forth: (entries) =>
      persisting({
        directories: entriesAt("x", (path) => ({ directory: path, user: "other", mode: "0700" }))(entries),
        files: entriesAt("f", (path) => ({ file: path, user: "other", mode: "0600" }))(entries),
      }),
    back: (entries) =>
      persisting({
        directories: entriesAt("x", (path) => ({ directory: path, user: "user", mode: "0755" }))(entries),
        files: entriesAt("f", (path) => ({ file: path, user: "user", mode: "0644" }))(entries),
      }),
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "a new directory exchanged for a hard link to root's file",
    async prepare(machine, entries) {
      layOut(machine, entries, (_entry, _target, source) => {
        for (const path of ["a/x", "a"]) directory(machine, `${source}/${path}`);
      });
      await layOutLinked(machine, entries);
    },
    forth: (entries) => persisting({ directories: entriesAt("a/x")(entries) }),
    back: nothing,
    attack: (entries) => ({
      pairs: atName("a", "h")(entries),
      links: times(entries, (entry) => `${linked.home}/${entry}`),
    }),
    attacker: 0,
    carriesAway: true,
    keeps: keepsLinked,
  },
  {
    name: "a file exchanged for a hard link to root's file, owner and mode",
    async prepare(machine, entries) {
      layOut(machine, entries, (_entry, _target, source) => file(machine, `${source}/f`, "stored\n"));
      await layOutLinked(machine, entries);
    },
    forth: (entries) =>
      persisting({ files: entriesAt("f", (path) => ({ file: path, user: "user", mode: "0600" }))(entries) }),
    back: (entries) =>
      persisting({ files: entriesAt("f", (path) => ({ file: path, user: "user", mode: "0644" }))(entries) }),
    attack: (entries) => ({
      pairs: atName("f", "h", storedFolder)(entries),
      links: times(entries, (entry) => `${linked.store}/${entry}`),
    }),
    attacker: 0,
    carriesAway: true,
    keeps: keepsLinked,
  },
  {
    name: "a target exchanged for somebody else's mount",
    prepare: prepareForeign((path) => path),
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atTargets(entries) }),
    carriesAway: true,
    keeps: (machine) => foreignLines(machine, () => true),
  },
  {
    name: "a source exchanged for somebody else's mount",
    prepare: prepareForeign(stored),
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atSources(entries) }),
    // It is the user's own place, so it may be mounted; but only as what it is.
    carriesAway: true,
    keeps: (machine) => foreignLines(machine, (line) => !line.includes("nosuid,nodev")),
  },
  {
    name: "a mount that gets other options exchanged for somebody else's",
    prepare: prepareForeign((path) => path),
    forth: (entries) =>
      persisting({
        directories: entriesAt("x", (path) => ({ directory: path, options: ["nosuid", "nodev"] }))(entries),
      }),
    back: mounts,
    attack: (entries) => ({ pairs: atTargets(entries) }),
    carriesAway: true,
    keeps: (machine) => foreignLines(machine, () => true),
  },
];
