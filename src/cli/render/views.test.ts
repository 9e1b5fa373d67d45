import { describe, expect, test } from "bun:test";
import { differencesBetween } from "../../model/difference.ts";
import { emptyIndex, type Index } from "../../model/generation.ts";
import { currentLines } from "./current.ts";
import { inWords } from "./delete.ts";
import { diffLines, diffTable } from "./diff.ts";
import { entryLine } from "./entry.ts";
import { listLines, listTable } from "./list.ts";
import { noPaint, terminalPaint } from "./paint.ts";
import { boundFile, detailedDirectory, directory, generation, index, linkedFile } from "./samples.fixture.ts";
import { showLines } from "./show.ts";
import { ago, formatTime } from "./time.ts";

const brief = { verbose: false };
const labelled: Index = {
  ...index,
  generations: index.generations.map((summary) =>
    summary.number === 1 ? { ...summary, label: "before the upgrade" } : summary,
  ),
};

describe("list", () => {
  test("prints the lines that scripts read, lowest number first", () => {
    expect(listLines(index, brief, noPaint)).toEqual([
      "Generations:",
      "  1 - 2025-11-04 00:02:03 - 1 entries",
      "  3 - 2025-11-05 12:00:00 - 4 entries (active)",
    ]);
  });

  test("says so if there are none", () => {
    expect(listLines(emptyIndex, brief, noPaint)).toEqual(["No generations found."]);
  });

  test("marks the active one in colour on a terminal", () => {
    expect(listLines(index, brief, terminalPaint)[2]).toEndWith("entries \u001b[32m(active)\u001b[39m");
  });

  test("adds labels only if asked for details, so that the lines stay as scripts know them", () => {
    expect(listLines(labelled, brief, noPaint)).toEqual(listLines(index, brief, noPaint));
    expect(listLines(labelled, { verbose: true }, noPaint)).toEqual([
      "Generations:",
      "  1 - 2025-11-04 00:02:03 - 1 entries - before the upgrade",
      "  3 - 2025-11-05 12:00:00 - 4 entries (active)",
    ]);
  });

  test("is a table with ages, labels and marks for a person at a terminal", () => {
    const now = Date.parse("2025-11-05T14:30:00Z");
    expect(listTable(labelled, now, noPaint)).toEqual([
      "Generations:",
      "   1  2025-11-04 00:02:03  38 hours ago  1 entry    (previous)  before the upgrade",
      "*  3  2025-11-05 12:00:00  2 hours ago   4 entries  (active)",
    ]);
    expect(listTable(emptyIndex, now, noPaint)).toEqual(["No generations found."]);
  });

  test("lets no control character of a label through", () => {
    const odd = { ...index, generations: [{ ...labelled.generations[0], number: 1, label: "\u001b[2J" }] };
    const lines = [
      ...listTable(odd as Index, 0, noPaint),
      ...listLines(odd as Index, { verbose: true }, noPaint),
    ];
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  });
});

describe("current", () => {
  test("names the number in its first line", () => {
    expect(currentLines(index.generations[0] ?? null, noPaint)).toEqual([
      "Current generation: 3",
      "  Created: 2025-11-05 12:00:00 UTC",
      "  Config:  /etc/imp/imp.toml",
      "  Entries: 4",
    ]);
  });

  test("says so if none is active", () => {
    expect(currentLines(null, noPaint)).toEqual(["No active generation"]);
  });
});

describe("show", () => {
  test("lists the entries of each persistence root", () => {
    expect(showLines(generation, { verbose: false }, noPaint)).toEqual([
      "Generation 3:",
      "  Created: 2025-11-05 12:00:00 UTC",
      "  Config:  /etc/imp/imp.toml",
      "  Entries: 4",
      "",
      "  /keep:",
      "    bind mount  /var/log ← /keep/var/log",
      "    bind mount  /var/lib/colord ← /keep/var/lib/colord (ro,noexec, hidden, owner colord:colord, mode u=rwx,g=rx,o=)",
      "    symlink     /etc/nix/id_rsa ← /keep/etc/nix/id_rsa (parent user root, parent mode 0700)",
      "",
      "  /home-keep:",
      "    bound file  /home/eve/.netrc ← /home-keep/home/eve/.netrc",
    ]);
  });

  test("adds the configuration if asked for details", () => {
    const lines = showLines(generation, { verbose: true }, noPaint);
    expect(lines.slice(-4)).toEqual([
      "",
      "  Configuration:",
      '    [persistence."/keep"]',
      '    \tdirectories = ["/var/log"]',
    ]);
  });

  test("lets no control character of a path or a configuration through", () => {
    const odd = {
      ...generation,
      configPath: "/tmp/\u001b[2J",
      configText: "# \u001b[2J\r",
      manifest: { entries: [{ ...directory, root: "/\u0007", target: "/a\nb", source: "/\udcff" }] },
    };
    const text = showLines(odd, { verbose: true }, noPaint).join("\n");
    expect(text.replace(/[\n\t]/g, "")).not.toMatch(/\p{Cc}/u);
    expect(text).toContain("/a\\nb ← /\\xff");
  });
});

describe("an entry", () => {
  test("shows a lone user or group as such", () => {
    expect(entryLine({ ...directory, group: { name: "adm", id: 4 } })).toEndWith(" (group adm)");
    expect(entryLine({ ...directory, user: { name: "eve", id: 1000 } })).toEndWith(" (user eve)");
  });
});

describe("diff", () => {
  const from = { entries: [directory, linkedFile] };
  const to = {
    entries: [{ ...directory, options: detailedDirectory.options, user: { name: "eve", id: 7 } }, boundFile],
  };

  test("marks what was added, removed and changed", () => {
    const lines = diffLines(differencesBetween(from, to), { from: 2, to: "configuration" }, noPaint);
    expect(lines).toEqual([
      "generation 2 → configuration:",
      "- symlink     /etc/nix/id_rsa ← /keep/etc/nix/id_rsa (parent user root, parent mode 0700)",
      "+ bound file  /home/eve/.netrc ← /home-keep/home/eve/.netrc",
      "~ bind mount  /var/log ← /keep/var/log (ro,noexec, user eve)",
      "    options: none → noexec,ro",
      "    user: as it is → eve",
    ]);
  });

  test("is a table with labels, details and a summary for a person at a terminal", () => {
    const sides = { from: 2, to: "configuration" } as const;
    const lines = diffTable(differencesBetween(from, to), sides, { from: "old disk" }, noPaint);
    expect(lines).toEqual([
      "generation 2 (old disk) → configuration:",
      "- symlink     /etc/nix/id_rsa   ← /keep/etc/nix/id_rsa        parent user root, parent mode 0700",
      "+ bound file  /home/eve/.netrc  ← /home-keep/home/eve/.netrc",
      "~ bind mount  /var/log          ← /keep/var/log               ro,noexec, user eve",
      "    options:  none      →  noexec,ro",
      "    user:     as it is  →  eve",
      "1 added, 1 removed, 1 changed",
    ]);
    expect(diffTable([], sides, {}, noPaint)).toEqual(["generation 2 → configuration: no differences"]);
  });

  test("says so if nothing differs", () => {
    expect(diffLines([], { from: "nothing", to: 1 }, noPaint)).toEqual([
      "nothing → generation 1: no differences",
    ]);
  });
});

describe("words", () => {
  test.each([
    [0, "just now"],
    [59, "just now"],
    [60, "1 minute ago"],
    [3_600, "1 hour ago"],
    [47 * 3_600, "47 hours ago"],
    [48 * 3_600, "2 days ago"],
    [13 * 86_400, "13 days ago"],
    [15 * 86_400, "2 weeks ago"],
    [70 * 86_400, "2 months ago"],
    [800 * 86_400, "2 years ago"],
    [-5, ""],
  ])("an age of %d seconds is said as %s", (seconds, words) => {
    const moment = "2025-11-05T12:00:00Z";
    expect(ago(moment, Date.parse(moment) + seconds * 1000)).toBe(words);
    expect(ago("yesterday", 0)).toBe("");
  });

  test("a moment is shown in UTC, and an unreadable one as it is", () => {
    expect(formatTime("2025-11-05T12:00:00.123456789+02:00")).toBe("2025-11-05 10:00:00");
    expect(formatTime("yesterday")).toBe("yesterday");
  });

  test("several generations are named in one breath", () => {
    expect(inWords([2])).toBe("generation 2");
    expect(inWords([1, 2])).toBe("generations 1 and 2");
    expect(inWords([1, 2, 4])).toBe("generations 1, 2 and 4");
  });
});
