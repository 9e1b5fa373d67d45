import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { applyMode, formatMode, type ParsedMode, parseMode, sameForDirectories } from "./mode.ts";

function accepted(text: string): ParsedMode {
  const mode = parseMode(text);
  if (mode.kind === "invalid") throw new Error(`${text}: ${mode.reason}`);
  return mode;
}

function onFile(text: string, current: number): string {
  return formatMode(applyMode(accepted(text), current, false));
}

function onDirectory(text: string, current: number): string {
  return formatMode(applyMode(accepted(text), current, true));
}

function reason(text: string): string {
  const mode = parseMode(text);
  return mode.kind === "invalid" ? mode.reason : "accepted";
}

describe("octal modes", () => {
  test("are exact, with or without leading zeros", () => {
    expect(onFile("0750", 0o7777)).toBe("0750");
    expect(onFile("750", 0)).toBe("0750");
    expect(onFile("0", 0o777)).toBe("0000");
    expect(onFile("7", 0o777)).toBe("0007");
    expect(onFile("4755", 0)).toBe("4755");
  });

  test("clear a directory's setuid and setgid bits", () => {
    expect(onDirectory("0750", 0o6777)).toBe("0750");
  });

  test("of more than four digits, or with other digits, are refused", () => {
    expect(reason("00750")).toContain("one to four octal digits");
    expect(reason("0780")).toContain("one to four octal digits");
    expect(reason("0o750")).toContain("one to four octal digits");
  });
});

describe("symbolic modes", () => {
  test("set, add and remove for the named classes", () => {
    expect(onFile("u=rwx,g=rx,o=", 0)).toBe("0750");
    expect(onFile("go-w", 0o666)).toBe("0644");
    expect(onFile("a+x", 0o644)).toBe("0755");
    expect(onFile("+x", 0o644)).toBe("0755");
    expect(onFile("u=rw-x", 0o777)).toBe("0677");
    expect(onFile("u=,g=", 0o777)).toBe("0007");
  });

  test("copy one class to another", () => {
    expect(onFile("g=u", 0o740)).toBe("0770");
    expect(onFile("o+g", 0o754)).toBe("0755");
    expect(onFile("g-o", 0o575)).toBe("0525");
  });

  test("give X to directories, and to files that somebody may execute", () => {
    expect(onDirectory("a+X", 0o644)).toBe("0755");
    expect(onFile("a+X", 0o644)).toBe("0644");
    expect(onFile("a+X", 0o744)).toBe("0755");
  });

  test("set setuid, setgid and the sticky bit", () => {
    expect(onFile("u+s", 0o755)).toBe("4755");
    expect(onFile("g+s", 0o755)).toBe("2755");
    expect(onDirectory("+t", 0o777)).toBe("1777");
    expect(onDirectory("o+t", 0o777)).toBe("1777");
    expect(onDirectory("u+t", 0o777)).toBe("0777");
  });

  test("keep a directory's setuid and setgid bits unless they name them", () => {
    expect(onDirectory("u=rwx,g=rx,o=", 0o6777)).toBe("6750");
    expect(onFile("u=rwx,g=rx,o=", 0o6777)).toBe("0750");
    expect(onDirectory("ug-s", 0o6777)).toBe("0777");
    expect(onDirectory("=", 0o7777)).toBe("6000");
  });

  test("that do not follow chmod's grammar are refused with a reason", () => {
    expect(reason("")).toBe("it is empty");
    expect(reason("rwx")).toBe("`r` is not one of u, g, o, a, +, -, =");
    expect(reason("u")).toBe("`u` has no +, - or =");
    expect(reason("u=rwz")).toBe("`z` is not one of r, w, x, X, s, t");
    expect(reason("u=rw,,o=")).toBe("there is nothing before or after a comma");
    expect(reason("u=r,")).toBe("there is nothing before or after a comma");
    expect(reason("g=ur")).toContain("must stand alone");
    expect(reason("u=a")).toBe("`a` is not one of r, w, x, X, s, t");
    expect(reason("u = r")).toContain("is not one of");
    expect(reason("😀")).toBe("`😀` is not one of u, g, o, a, +, -, =");
  });

  test("that do not settle are refused", () => {
    expect(reason("g=u,u=o")).toContain("second time");
    expect(reason("u=g,g=o,o=u")).toContain("second time");
    expect(reason("g=u,o=g")).toBe("accepted");
  });
});

test("two modes are the same for directories if no directory can tell them apart", () => {
  const same = (left: string, right: string) => sameForDirectories(accepted(left), accepted(right));
  expect(same("0750", "750")).toBe(true);
  expect(same("u=rwx,g=rx,o=", "o=,u=xwr,g=xr")).toBe(true);
  expect(same("a+X", "a+x")).toBe(true);
  expect(same("0750", "0755")).toBe(false);
  // The octal mode clears setgid, the symbolic one keeps it.
  expect(same("0750", "u=rwx,g=rx,o=")).toBe(false);
});

const permissionsArbitrary = fc.oneof(
  fc
    .array(fc.constantFrom("r", "w", "x", "X", "s", "t"), { maxLength: 4 })
    .map((letters) => letters.join("")),
  fc.constantFrom("u", "g", "o"),
);
const clauseArbitrary = fc
  .tuple(
    fc.array(fc.constantFrom("u", "g", "o", "a"), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom("+", "-", "="), permissionsArbitrary), { minLength: 1, maxLength: 3 }),
  )
  .map(([classes, actions]) => classes.join("") + actions.map((action) => action.join("")).join(""));
const modeArbitrary = fc
  .array(clauseArbitrary, { minLength: 1, maxLength: 3 })
  .map((clauses) => clauses.join(","));

describe("beside chmod itself", () => {
  // The first eight fill every column in every way, which is what shows whether a mode settles.
  const starts = [0, 0o007, 0o070, 0o077, 0o700, 0o707, 0o770, 0o777, 0o7777, 0o6000, 0o3421, 0o5154];
  const samples = [...new Set(fc.sample(modeArbitrary, 400))];
  let folder = "";

  interface Trial {
    readonly mode: string;
    readonly start: number;
    readonly isDirectory: boolean;
    readonly path: string;
  }
  const trials: Trial[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "imp-mode-"));
    for (const [index, mode] of samples.entries()) {
      for (const start of starts) {
        for (const isDirectory of [false, true]) {
          const path = join(folder, `${index}-${isDirectory ? "directory" : "file"}-${start}`);
          if (isDirectory) mkdirSync(path);
          else writeFileSync(path, "");
          chmodSync(path, start);
          trials.push({ mode, start, isDirectory, path });
        }
      }
    }
  });

  afterAll(() => {
    // Only root may empty a directory that its mode closes.
    spawnSync("chmod", ["-R", "u+rwx", folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs chmod for every sample over all of its files and directories, and tells the bits afterwards. */
  function runChmod(): number[] {
    const script = samples.map((mode, index) => `chmod -- '${mode}' "$1"/${index}-*`).join("\n");
    const run = spawnSync("sh", ["-s", folder], { input: `umask 0\nset -e\n${script}\n`, encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    return trials.map(({ path }) => statSync(path).mode & 0o7777);
  }

  test("a symbolic mode has the same effect, and only what settles is accepted", () => {
    const once = runChmod();
    const twice = runChmod();
    const unsettled = new Set<string>();
    for (const [index, { mode, start, isDirectory }] of trials.entries()) {
      if (once[index] !== twice[index]) unsettled.add(mode);
      const parsed = parseMode(mode);
      if (parsed.kind === "invalid") continue;
      const ours = applyMode(parsed, start, isDirectory);
      const label = `${mode} on ${isDirectory ? "a directory" : "a file"} ${formatMode(start)}`;
      expect(`${label}: ${formatMode(ours)}`).toBe(`${label}: ${formatMode(once[index] ?? -1)}`);
    }
    const refused = samples.filter((mode) => parseMode(mode).kind === "invalid");
    expect(refused.sort()).toEqual([...unsettled].sort());
    expect(samples.length - refused.length).toBeGreaterThanOrEqual(300);
  });
});

test("a mode that is accepted settles from every start", () => {
  fc.assert(
    fc.property(
      modeArbitrary,
      fc.integer({ min: 0, max: 0o7777 }),
      fc.boolean(),
      (text, start, isDirectory) => {
        const mode = parseMode(text);
        fc.pre(mode.kind !== "invalid");
        const once = applyMode(mode, start, isDirectory);
        expect(applyMode(mode, once, isDirectory)).toBe(once);
      },
    ),
    { numRuns: 2000 },
  );
});

test("any text is either a mode or refused with a reason", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."ugoa+-=rwxXst,07") })),
      (text) => {
        const mode = parseMode(text);
        if (mode.kind === "invalid") expect(mode.reason).not.toBe("");
      },
    ),
  );
});
