import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleGeneration, exampleIndex } from "../../src/state/example-state.ts";

/** Good files to begin with. */

const encoder = new TextEncoder();
const repository = join(import.meta.dir, "../..");

/** The configurations of the README and the one that comes with imp. */
export function configurations(): Uint8Array[] {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```toml\n(.*?)^```/gms)].map(([, text = ""]) => text);
  if (blocks.length === 0) throw new Error("the README has no configuration");
  return [readFileSync(join(repository, "imp.toml"), "utf8"), ...blocks].map((text) => encoder.encode(text));
}

/** As imp writes them. */
export const index = encoder.encode(`${JSON.stringify(exampleIndex, null, 2)}\n`);
export const generation = encoder.encode(
  `${JSON.stringify({ format: 1, ...exampleGeneration(3) }, null, 2)}\n`,
);

const identity = { inode: "1234", birth: "1762344000000000000" };
const access = { uid: 1000, gid: 1000, mode: 0o755 };

/** The journal of a command that did a bit of everything. */
export const journal = encoder.encode(
  `${JSON.stringify({
    format: 1,
    serial: 2,
    command: "imp apply",
    startedAt: "2025-11-05T12:00:00.000Z",
    steps: [
      { kind: "create-directory", serves: "/srv/a", path: "/srv/a", access, role: "target" },
      { kind: "copy-source", serves: "/srv/b", from: "/srv/b", to: "/mnt/persist/srv/b", what: "file" },
      { kind: "set-access", serves: "/srv/b", path: "/srv/b", from: access, to: { ...access, mode: 0o700 } },
      {
        kind: "back-up",
        serves: "/srv/c",
        path: "/srv/c",
        backup: "/srv/c.backup.20251105_120000",
        identity,
      },
      { kind: "mount", serves: "/srv/a", target: "/srv/a", source: "/mnt/persist/srv/a", options: ["ro"] },
      {
        kind: "replace-mount",
        serves: "/srv/d",
        target: "/srv/d",
        from: { source: "/mnt/one/srv/d", options: [] },
        to: { source: "/mnt/two/srv/d", options: ["nosuid"] },
      },
      { kind: "link", serves: "/srv/e", path: "/srv/e", text: "/mnt/persist/srv/e" },
      {
        kind: "replace-link",
        serves: "/srv/f",
        path: "/srv/f",
        from: "/a",
        to: "/b",
        aside: "/srv/.imp-1-1",
      },
      { kind: "unlink", serves: "/srv/g", path: "/srv/g", text: "/mnt/persist/srv/g" },
      {
        kind: "set-aside",
        serves: "/srv/h",
        what: "directory",
        path: "/srv/h",
        aside: "/srv/.imp-1-2",
        identity,
      },
    ],
    afterwards: [{ kind: "remove-directory", serves: "/srv/h", path: "/srv/.imp-1-2", identity }],
  })}\n`,
);

/** What the Rust imp left. */
export const rustIndex = encoder.encode(
  JSON.stringify([
    {
      number: 1,
      created_at: "2025-11-05T12:00:00Z",
      config_path: "/nowhere/imp.toml",
      symlinks: [{ source: "/nowhere/persist/a", target: "/nowhere/a", backup_path: null }],
      active: true,
    },
  ]),
);
