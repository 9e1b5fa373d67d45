import type { Generation, Index } from "../../model/generation.ts";
import type { BoundFileEntry, DirectoryEntry, LinkedFileEntry } from "../../model/manifest.ts";
import type { Access } from "../../model/object.ts";
import type { Plan, Step, Tidying } from "../../model/plan.ts";

/** Made-up data in every shape that is rendered. */

const base = {
  root: "/keep",
  backup: false,
  createParents: true,
  createSources: false,
};

export const directory: DirectoryEntry = {
  ...base,
  kind: "directory",
  target: "/var/log",
  source: "/keep/var/log",
  options: [],
  hidden: false,
};

export const detailedDirectory: DirectoryEntry = {
  ...directory,
  target: "/var/lib/colord",
  source: "/keep/var/lib/colord",
  options: ["ro", "noexec"],
  hidden: true,
  user: { name: "colord", id: 998 },
  group: { name: "colord", id: 997 },
  mode: "u=rwx,g=rx,o=",
};

export const linkedFile: LinkedFileEntry = {
  ...base,
  kind: "linked-file",
  target: "/etc/nix/id_rsa",
  source: "/keep/etc/nix/id_rsa",
  parentDirectory: { user: { name: "root", id: 0 }, mode: "0700" },
};

export const boundFile: BoundFileEntry = {
  ...base,
  kind: "bound-file",
  root: "/home-keep",
  target: "/home/eve/.netrc",
  source: "/home-keep/home/eve/.netrc",
  options: [],
  hidden: false,
};

export const generation: Generation = {
  number: 3,
  createdAt: "2025-11-05T12:00:00.000Z",
  configPath: "/etc/imp/imp.toml",
  configText: '[persistence."/keep"]\n\tdirectories = ["/var/log"]\n',
  manifest: { entries: [directory, detailedDirectory, linkedFile, boundFile] },
};

export const index: Index = {
  serial: 1,
  active: 3,
  previous: 1,
  next: 5,
  generations: [
    { number: 3, createdAt: "2025-11-05T12:00:00.000Z", configPath: "/etc/imp/imp.toml", entries: 4 },
    { number: 1, createdAt: "2025-11-04T01:02:03.999+01:00", configPath: "/root/imp.toml", entries: 1 },
  ],
  effects: [],
};

const root: Access = { uid: 0, gid: 0, mode: 0o755 };
const user: Access = { uid: 1000, gid: 100, mode: 0o700 };
const identity = { inode: "7", birth: null };

/** One step of every kind, and how it is described. */
export const describedSteps: readonly (readonly [Step, string])[] = [
  [
    { kind: "create-directory", serves: "/a", path: "/a", access: root, role: "target" },
    "create directory /a (owner 0:0, mode 0755)",
  ],
  [
    { kind: "create-file", serves: "/a", path: "/a", access: user, role: "source" },
    "create file /a (owner 1000:100, mode 0700)",
  ],
  [{ kind: "copy-source", serves: "/a", from: "/a", to: "/keep/a", what: "directory" }, "copy /a → /keep/a"],
  [
    { kind: "set-access", serves: "/a", path: "/a", from: root, to: { ...root, uid: 5 } },
    "set owner /a: 0:0 → 5:0",
  ],
  [
    { kind: "set-access", serves: "/a", path: "/a", from: root, to: { ...root, mode: 0o700 } },
    "set mode /a: 0755 → 0700",
  ],
  [
    { kind: "set-access", serves: "/a", path: "/a", from: root, to: user },
    "set owner and mode /a: 0:0 → 1000:100, 0755 → 0700",
  ],
  [{ kind: "back-up", serves: "/a", path: "/a", backup: "/a.backup", identity }, "back up /a → /a.backup"],
  [{ kind: "put-back", serves: "/a", path: "/a", backup: "/a.backup", identity }, "put back /a.backup → /a"],
  [
    { kind: "mount", serves: "/a", target: "/a", source: "/keep/a", options: ["ro", "nodev"], hidden: false },
    "mount /a ← /keep/a (ro,nodev)",
  ],
  [
    {
      kind: "replace-mount",
      serves: "/a",
      target: "/a",
      mountId: 40,
      from: { source: "/old/a", options: [], hidden: false },
      to: { source: "/keep/a", options: [], hidden: false },
    },
    "remount /a ← /keep/a, was /old/a",
  ],
  [
    { kind: "set-mount-options", serves: "/a", target: "/a", mountId: 40, from: [], to: ["ro"] },
    "set options /a: none → ro",
  ],
  [
    {
      kind: "set-hidden",
      serves: "/a",
      target: "/a",
      mountId: 40,
      source: "/keep/a",
      hidden: true,
    },
    "hide /a",
  ],
  [
    {
      kind: "adopt-file",
      serves: "/a",
      from: "/a",
      to: "/keep/a",
      aside: "/keep/.a",
      backup: "/keep/a.backup",
      identity,
      sourceIdentity: identity,
      access: root,
    },
    "adopt /a → /keep/a, keeping the old one as /keep/a.backup",
  ],
  [
    {
      kind: "unmount",
      serves: "/a",
      target: "/a",
      mountId: 40,
      source: "/keep/a",
      options: [],
      hidden: false,
    },
    "unmount /a",
  ],
  [{ kind: "link", serves: "/a", path: "/a", text: "/keep/a" }, "link /a → /keep/a"],
  [
    { kind: "replace-link", serves: "/a", path: "/a", from: "/old/a", to: "/keep/a", aside: "/.a" },
    "relink /a → /keep/a, was /old/a",
  ],
  [
    { kind: "exchange-for-link", serves: "/a", path: "/a", text: "/keep/a", backup: "/a.backup", identity },
    "link /a → /keep/a, keeping the old one as /a.backup",
  ],
  [
    { kind: "replace-file", serves: "/a", path: "/a", text: "/keep/a", aside: "/.a", identity, access: root },
    "link /a → /keep/a, instead of a file with the same content",
  ],
  [{ kind: "unlink", serves: "/a", path: "/a", text: "/keep/a" }, "unlink /a"],
  [
    {
      kind: "unlink-to-copy",
      serves: "/a",
      path: "/a",
      text: "/keep/a",
      from: "/keep/a",
      access: root,
      aside: "/.a",
    },
    "unlink /a, leaving a copy of /keep/a",
  ],
  [
    { kind: "set-aside", serves: "/a", what: "directory", path: "/a", aside: "/.a", identity },
    "remove directory /a",
  ],
];

/** Every kind of what follows a command, with its words. */
export const describedTidyings: readonly (readonly [Tidying, string])[] = [
  [{ kind: "remove-directory", serves: "/a", path: "/a", identity }, "remove directory /a"],
  [{ kind: "remove-file", serves: "/a", path: "/a", identity }, "remove file /a"],
  [{ kind: "discard-file", serves: "/a", path: "/a", identity, sameAs: "/keep/a" }, "remove file /a"],
];

export const emptyPlan: Plan = {
  steps: [],
  afterwards: [],
  conflicts: [],
  notices: [],
  findings: [],
  keptEffects: [],
};

export const everyStep: Plan = {
  ...emptyPlan,
  steps: describedSteps.map(([step]) => step),
  afterwards: describedTidyings.map(([tidying]) => tidying),
};
