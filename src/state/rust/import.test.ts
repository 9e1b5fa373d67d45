import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "../../model/path.ts";
import { inNewState, problemOf } from "../example-state.fixture.ts";
import { readIndexFile } from "../index-file.ts";
import type { RustGeneration } from "./file.ts";
import { keepRustFile } from "./file.ts";
import { importRust, type RustContext } from "./import.ts";

const link = (target: string, backup: string | null = null) => ({
  source: `/mnt/persist${target}`,
  target,
  backup_path: backup,
});

const recorded: readonly RustGeneration[] = [
  {
    number: 4,
    created_at: "2025-11-06T08:00:00.000Z",
    config_path: "imp.toml",
    symlinks: [link("/etc/hosts", "/etc/hosts.backup.20251106_080000"), link("/var/log")],
    active: true,
  },
  {
    number: 2,
    created_at: "2025-11-05T12:00:00.123Z",
    config_path: "/etc/imp/imp.toml",
    symlinks: [{ source: "/elsewhere/hosts", target: "/etc/hosts", backup_path: "/etc/hosts.backup" }],
    active: false,
  },
];

const context: RustContext = {
  kindOf: (source) => (source.endsWith("/log") ? "directory" : "linked-file"),
  configText: (path) => (path.startsWith("/") ? "[persistence]\n" : null),
};

describe("what the Rust imp recorded", () => {
  test("becomes an index with the same numbers, times and active generation", () => {
    expect(importRust(recorded, context).index).toEqual({
      serial: 0,
      active: 4,
      previous: null,
      next: 5,
      generations: [
        { number: 2, createdAt: "2025-11-05T12:00:00.123Z", configPath: "/etc/imp/imp.toml", entries: 1 },
        { number: 4, createdAt: "2025-11-06T08:00:00.000Z", configPath: "imp.toml", entries: 2 },
      ],
      effects: [{ kind: "backup", target: "/etc/hosts", backup: "/etc/hosts.backup.20251106_080000" }],
    });
  });

  test("becomes generations with directories as mounts and files as symlinks", () => {
    const [first, second] = importRust(recorded, context).generations;
    const common = {
      backup: false,
      createParents: true,
      createSources: false,
    };
    expect(first?.manifest.entries).toEqual([
      {
        kind: "linked-file",
        root: "/elsewhere",
        target: "/etc/hosts",
        source: "/elsewhere/hosts",
        ...common,
      },
    ]);
    expect(second?.manifest.entries).toEqual([
      {
        kind: "linked-file",
        root: "/mnt/persist",
        target: "/etc/hosts",
        source: "/mnt/persist/etc/hosts",
        ...common,
      },
      {
        kind: "directory",
        root: "/mnt/persist",
        target: "/var/log",
        source: "/mnt/persist/var/log",
        ...common,
        options: [],
        hidden: false,
      },
    ]);
  });

  test("does not pretend to know the text of the configuration", () => {
    const [first, second] = importRust(recorded, context).generations;
    expect(first?.configText).toContain("as it was when the generation was carried over.\n[persistence]\n");
    expect(second?.configText).toContain("# It came from imp.toml, which could not be read.\n");
  });

  test("may be nothing at all", () => {
    expect(importRust([], context)).toEqual({
      generations: [],
      index: { serial: 0, active: null, previous: null, next: 1, generations: [], effects: [] },
    });
  });
});

describe("the Rust imp's file", () => {
  const asWritten = (generations: readonly object[]) => JSON.stringify(generations, null, 2);
  const one = {
    number: 1,
    created_at: "2025-11-05T12:00:00.123456789Z",
    config_path: "imp.toml",
    symlinks: [{ source: "/mnt/persist//var/log/", target: "/var/log/", backup_path: null }],
    active: true,
  };

  test("is read as serde wrote it, with paths made normal", () =>
    inNewState((directory) => {
      writeFileSync(join(directory.path, "generations.json"), asWritten([one]));
      const content = readIndexFile(directory);
      expect(content).toMatchObject({
        kind: "rust",
        generations: [
          {
            ...one,
            created_at: "2025-11-05T12:00:00.123Z",
            symlinks: [{ source: "/mnt/persist/var/log", target: "/var/log", backup_path: null }],
          },
        ],
      });
    }));

  test("is refused if it is damaged", () =>
    inNewState((directory) => {
      const path = join(directory.path, "generations.json");
      const damaged: readonly (readonly [string, string])[] = [
        [asWritten([one]).slice(0, 50), "ends too early"],
        [asWritten([one, one]), "listed twice"],
        [asWritten([one, { ...one, number: 2 }]), "two generations are active"],
        [
          asWritten([{ ...one, symlinks: [{ ...link("/x"), target: "x" }] }]),
          "0.symlinks.0.target: expected an absolute path",
        ],
        [asWritten([{ ...one, created_at: "yesterday" }]), "0.created_at: "],
        [asWritten([{ ...one, number: 0 }]), "0.number: "],
        ["[1]", "0: "],
      ];
      for (const [content, reason] of damaged) {
        writeFileSync(path, content);
        expect(problemOf(() => readIndexFile(directory)).message).toContain(reason);
      }
    }));

  test("is kept under a name that no other one has", () =>
    inNewState((directory) => {
      const [old, recent] = [Buffer.from("[]"), Buffer.from("[ ]")];
      for (const bytes of [old, old, recent, recent, old]) {
        writeFileSync(join(directory.path, "generations.json"), bytes);
        keepRustFile(directory);
      }
      expect(readdirSync(directory.path).sort()).toEqual([
        "generations.json",
        "generations.json.rust",
        "generations.json.rust.1",
      ]);
      expect(readFileSync(join(directory.path, "generations.json.rust")).equals(old)).toBe(true);
      expect(readFileSync(join(directory.path, "generations.json.rust.1")).equals(recent)).toBe(true);
    }));
});
