import type { Step, Tidying } from "../model/plan.ts";
import type { Journal } from "./journal.ts";

/** A journal to test with: every kind of step. */

type OneOfEach<T extends { readonly kind: string }> = {
  readonly [Kind in T["kind"]]: Extract<T, { readonly kind: Kind }>;
};

const identity = { inode: "1234", birth: "1762344000000000000" };
const access = { uid: 1000, gid: 1000, mode: 0o755 };
const source = "/mnt/persist/srv/a";

const steps: OneOfEach<Step> = {
  "create-directory": { kind: "create-directory", serves: "/srv/a", path: "/srv/a", access, role: "target" },
  "create-file": {
    kind: "create-file",
    serves: "/srv/b",
    path: "/mnt/persist/srv/b",
    access,
    role: "source",
  },
  "copy-source": {
    kind: "copy-source",
    serves: "/srv/c",
    from: "/srv/c",
    to: "/mnt/persist/srv/c",
    what: "file",
  },
  "set-access": {
    kind: "set-access",
    serves: "/srv/a",
    path: "/srv/a",
    from: access,
    to: { uid: 0, gid: 4294967294, mode: 0o2700 },
  },
  "adopt-file": {
    kind: "adopt-file",
    serves: "/srv/q",
    from: "/srv/q",
    to: "/mnt/persist/srv/q",
    aside: "/mnt/persist/srv/.imp-0a1b2c3d-7",
    backup: "/mnt/persist/srv/q.backup.20251105_120000",
    identity,
    sourceIdentity: identity,
    access,
  },
  "set-hidden": {
    kind: "set-hidden",
    serves: "/srv/r",
    target: "/srv/r",
    mountId: 815,
    source: "/mnt/persist/srv/r",
    hidden: true,
  },
  "back-up": {
    kind: "back-up",
    serves: "/srv/d",
    path: "/srv/d",
    backup: "/srv/d.backup.20251105_120000",
    identity,
  },
  "put-back": {
    kind: "put-back",
    serves: "/srv/e",
    path: "/srv/e",
    backup: "/srv/e.backup.20251105_120000.1",
    identity: { inode: "18446744073709551615", birth: null },
  },
  mount: {
    kind: "mount",
    serves: "/srv/a",
    target: "/srv/a",
    source,
    options: ["ro", "noexec"],
    hidden: true,
  },
  "replace-mount": {
    kind: "replace-mount",
    serves: "/srv/f",
    target: "/srv/f",
    mountId: 812,
    from: { source: "/mnt/one/srv/f", options: [], hidden: false },
    to: { source: "/mnt/two/srv/f", options: ["nosuid"], hidden: true },
  },
  "set-mount-options": {
    kind: "set-mount-options",
    serves: "/srv/g",
    target: "/srv/g",
    mountId: 813,
    from: ["ro"],
    to: [],
  },
  unmount: {
    kind: "unmount",
    serves: "/srv/h",
    target: "/srv/h",
    mountId: 814,
    source,
    options: ["nodev"],
    hidden: false,
  },
  link: { kind: "link", serves: "/srv/i", path: "/srv/with space\nand line", text: "/mnt/persist/srv/i" },
  "replace-link": {
    kind: "replace-link",
    serves: "/srv/j",
    path: "/srv/j",
    from: "/mnt/one/srv/j",
    to: "/mnt/two/srv/j",
    aside: "/srv/.imp-0a1b2c3d-1",
  },
  "exchange-for-link": {
    kind: "exchange-for-link",
    serves: "/srv/k",
    path: "/srv/k",
    text: "/mnt/persist/srv/k",
    backup: "/srv/k.backup.20251105_120000",
    identity,
  },
  "replace-file": {
    kind: "replace-file",
    serves: "/srv/l",
    path: "/srv/l",
    text: "/mnt/persist/srv/l",
    aside: "/srv/.imp-0a1b2c3d-2",
    identity,
    access,
  },
  unlink: { kind: "unlink", serves: "/srv/m", path: "/srv/m", text: "relative, and not imp's" },
  "unlink-to-copy": {
    kind: "unlink-to-copy",
    serves: "/srv/n",
    path: "/srv/n",
    text: "/mnt/persist/srv/n",
    from: "/mnt/persist/srv/n",
    access,
    aside: "/srv/.imp-0a1b2c3d-3",
  },
  "set-aside": {
    kind: "set-aside",
    serves: "/srv/not-utf8-\udcff",
    what: "directory",
    path: "/srv/not-utf8-\udcff",
    aside: "/srv/.imp-0a1b2c3d-4",
    identity,
  },
};

const afterwards: OneOfEach<Tidying> = {
  "remove-directory": { kind: "remove-directory", serves: "/srv/o", path: "/srv/.imp-0a1b2c3d-5", identity },
  "remove-file": { kind: "remove-file", serves: "/srv/p", path: "/srv/.imp-0a1b2c3d-6", identity },
  "discard-file": {
    kind: "discard-file",
    serves: "/srv/l",
    path: "/srv/.imp-0a1b2c3d-2",
    identity,
    sameAs: "/mnt/persist/srv/l",
  },
};

export const exampleJournal: Journal = {
  serial: 3,
  command: "imp apply",
  startedAt: "2025-11-05T12:00:00.000Z",
  steps: Object.values(steps),
  afterwards: Object.values(afterwards),
};
