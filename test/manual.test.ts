import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { impPage } from "../scripts/manual/imp.ts";
import { impTomlPage } from "../scripts/manual/imp-toml.ts";
import { commandList, globalOptions } from "../src/cli/program.ts";
import { keyHomes } from "../src/config/schema.ts";
import { lacks, program } from "./requirement.ts";

const root = join(import.meta.dir, "..");
const date = new Date("2026-02-03T00:00:00Z");
const example = await Bun.file(join(root, "imp.toml")).text();
const pages = {
  "imp.1": impPage("1.2.3", date),
  "imp.toml.5": impTomlPage("1.2.3", date, example),
} as const;

/** Runs a program on the file of a page. */
function run(page: keyof typeof pages, ...command: string[]): { readonly out: string; readonly err: string } {
  const folder = mkdtempSync(join(tmpdir(), "imp-manual-"));
  try {
    writeFileSync(join(folder, page), pages[page]);
    const env = {
      ...process.env,
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      MANWIDTH: "200",
    };
    const { stdout, stderr } = Bun.spawnSync([...command, join(folder, page)], { env });
    return { out: stdout.toString(), err: stderr.toString() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the manual page imp(1)", () => {
  test("tells of every command, option and argument what the help tells", () => {
    const page = plain(pages["imp.1"]);
    for (const command of commandList) {
      expect(page).toContain(`.Ss imp ${command.name}`);
      for (const sentence of command.description.replaceAll("`", "").split(". "))
        expect(page).toContain(sentence.slice(0, 40));
      for (const { command: line } of command.examples) expect(page).toContain(line);
      for (const { name, help } of command.arguments) {
        expect(page).toContain(`.It Ar ${name}`);
        expect(page).toContain(capital(help));
      }
    }
    for (const { long, help } of [...globalOptions, ...commandList.flatMap(({ options }) => options)]) {
      expect(page).toMatch(new RegExp(`^\\.It .*Fl Fl ${long}\\b`, "m"));
      expect(page).toContain(capital(help));
    }
  });

  test("names every variable of the environment that imp looks at", async () => {
    const names = new Set<string>();
    for (const path of new Glob("src/**/*.ts").scanSync(root)) {
      if (/\.(test|fixture)\.ts$/.test(path)) continue;
      const text = await Bun.file(join(root, path)).text();
      const used = /environment\["(?<name>[A-Z_]+)"\]|readonly (?<property>[A-Z_]{3,})\?: string/g;
      for (const { groups } of text.matchAll(used)) names.add(groups?.["name"] ?? groups?.["property"] ?? "");
    }
    expect(names.size).toBeGreaterThan(3);
    for (const name of names) expect(pages["imp.1"]).toContain(`.It Ev ${name}`);
  });
});

describe("the manual page imp.toml(5)", () => {
  test("tells of every key, with an example", () => {
    const page = plain(pages["imp.toml.5"]);
    for (const key of new Set(keyHomes.flatMap(({ keys }) => keys))) {
      expect(page).toContain(`.It Ic ${key}`);
      if (key !== "persistence") expect(page).toContain(`\n${key} = `);
    }
    expect(page).toContain('[persistence."/mnt/persist/system"]');
  });
});

describe.each(["imp.1", "imp.toml.5"] as const)("the page %s", (page) => {
  test("bears the version and the date that it was given", () => {
    expect(pages[page]).toContain(".Dd February 3, 2026\n");
    expect(pages[page]).toContain(".Os imp 1.2.3\n");
  });

  test.skipIf(lacks(program("mandoc")))("is clean to mandoc", () => {
    const { out, err } = run(page, "mandoc", "-T", "lint", "-W", "style");
    const complaints = (out + err)
      .split("\n")
      .filter(
        (line) =>
          line !== "" &&
          !/operating system explicitly specified|outdated mandoc\.db|manual not found: Xr imp/.test(line),
      );
    expect(complaints).toEqual([]);
  });

  test.skipIf(lacks(program("groff")))("is clean to groff", () => {
    expect(run(page, "groff", "-ww", "-mdoc", "-Tutf8").err).toBe("");
  });

  test.skipIf(lacks(program("man")))("is shown by man", () => {
    const { out, err } = run(page, "man", "--warnings", "-l");
    expect(err).toBe("");
    expect(out).toContain("DESCRIPTION");
    expect(out).not.toMatch(/\\f|\\\[/);
  });
});

/** A page without the marks of fonts and characters, its lines joined where prose was broken. */
function plain(page: string): string {
  return page
    .replace(/\\f[BP]/g, "")
    .replaceAll("\\-", "-")
    .replace(/(?<=^[^.\n].*)\n(?=[a-z(`"+~-])/gm, " ");
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`.replaceAll("`", "").slice(0, 40);
}
