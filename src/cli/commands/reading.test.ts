import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lacks, need } from "../../../test/requirement.ts";
import { inNewPlace, record } from "./commands.fixture.ts";

describe("commands that only look", () => {
  test("say so if there is nothing to see, and create nothing", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      expect(await imp(["list"])).toEqual({ out: "No generations found.\n", err: "", exitCode: 0 });
      expect(await imp(["current"])).toEqual({ out: "No active generation\n", err: "", exitCode: 0 });
      expect(await imp(["show", "1"])).toEqual({
        out: "",
        err: "error: there is no generation 1\n  help: `imp apply` makes the first one\n",
        exitCode: 1,
      });
      expect((await imp(["diff", "1"])).exitCode).toBe(1);
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  test("show what is recorded", async () => {
    await inNewPlace(async ({ state, imp }) => {
      await record(state, [1, 3]);
      const at = ["--state-dir", state];
      expect((await imp(["list", ...at])).out).toBe(
        "Generations:\n  1 - 2025-11-05 12:00:00 - 3 entries\n  3 - 2025-11-05 12:00:00 - 3 entries (active)\n",
      );
      expect((await imp(["current", ...at])).out).toStartWith("Current generation: 3\n");
      expect((await imp(["show", "1", ...at])).out).toStartWith("Generation 1:\n");
      expect((await imp(["diff", "1", ...at])).out).toBe("generation 1 → generation 3: no differences\n");
      expect((await imp(["show", "2", ...at])).err).toBe(
        "error: there is no generation 2\n  help: `imp list` shows them: 1, 3\n",
      );
    });
  });

  test("tell one JSON object", async () => {
    await inNewPlace(async ({ state, imp }) => {
      await record(state, [1]);
      for (const words of [["list"], ["current"], ["show", "1"], ["diff", "1", "1"]]) {
        const { out, err, exitCode } = await imp([...words, "--json", "--state-dir", state]);
        expect({ err, exitCode }).toEqual({ err: "", exitCode: 0 });
        expect(JSON.parse(out)).toMatchObject({ ok: true, command: words[0] });
      }
    });
  });

  test("show a generation beside a damaged index", async () => {
    await inNewPlace(async ({ state, imp }) => {
      await record(state, [1]);
      writeFileSync(join(state, "generations.json"), "{");
      expect((await imp(["list", "--state-dir", state])).exitCode).toBe(1);
      expect((await imp(["show", "1", "--state-dir", state])).out).toStartWith("Generation 1:\n");
    });
  });
});

describe("the state", () => {
  test("is where the configuration says, even if that is wrong elsewhere", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      const state = join(folder, "elsewhere");
      await record(state, [7]);
      writeFileSync(join(folder, "imp.toml"), `state_dir = "${state}"\nbogus = 1\n`);
      expect((await imp(["current"])).out).toStartWith("Current generation: 7\n");
      writeFileSync(join(folder, "imp.toml"), `state_dir = "${state}"\n[persistence\nno TOML`);
      expect((await imp(["current"])).out).toStartWith("Current generation: 7\n");
    });
  });

  test("is not looked for in a configuration if the command line names it", async () => {
    await inNewPlace(async ({ folder, state, imp }) => {
      await record(state, [1]);
      writeFileSync(join(folder, "imp.toml"), "= no TOML");
      expect((await imp(["list", "--state-dir", "state"])).exitCode).toBe(0);
      writeFileSync(join(folder, "imp.toml"), "state_dir = no TOML");
      expect((await imp(["list"])).exitCode).toBe(2);
    });
  });

  test("is found by a key that is written with escapes", async () => {
    await inNewPlace(async ({ folder, state, imp }) => {
      await record(state, [1]);
      writeFileSync(join(folder, "imp.toml"), `"state\\u005fdir" = "${state}"\n`);
      expect((await imp(["current"])).out).toStartWith("Current generation: 1\n");
    });
  });

  test("is refused at a path that is none, with its place in the file", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      for (const value of ['"relative"', "7", '"/"']) {
        writeFileSync(join(folder, "imp.toml"), `state_dir = ${value}\n`);
        const { err, exitCode } = await imp(["list"]);
        expect(exitCode).toBe(2);
        expect(err).toContain("imp.toml:1:13");
      }
    });
  });

  test("is in the usual place if there is no configuration", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      await record(join(folder, "data/imp"), [1]);
      expect((await imp(["current"])).out).toStartWith("Current generation: 1\n");
      const named = await imp(["current", "--config", "missing.toml"]);
      expect(named).toMatchObject({ out: "", exitCode: 2 });
    });
  });

  test.skipIf(lacks(need(process.getuid?.() === 0, "root: it alone distrusts others")))(
    "is not taken from a configuration that others can write",
    async () => {
      await inNewPlace(async ({ folder, imp }) => {
        writeFileSync(join(folder, "imp.toml"), "");
        chmodSync(join(folder, "imp.toml"), 0o666);
        const { err, exitCode } = await imp(["list"]);
        expect(exitCode).toBe(2);
        expect(err).toContain("cannot be trusted");
      });
    },
  );

  test("is not read from a configuration that is a directory", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      mkdirSync(join(folder, "imp.toml"));
      expect((await imp(["list"])).err).toContain("is no file but a directory");
    });
  });
});

describe("diff with the configuration", () => {
  test("starts from nothing if no generation is active", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      writeFileSync(join(folder, "imp.toml"), '[persistence."/keep"]\ndirectories = ["/var/log"]\n');
      expect(await imp(["diff"])).toEqual({
        out: "nothing → configuration:\n+ bind mount  /var/log ← /keep/var/log\n",
        err: "",
        exitCode: 0,
      });
      expect(existsSync(join(folder, "data"))).toBe(false);
    });
  });

  test("starts from the active generation otherwise", async () => {
    await inNewPlace(async ({ folder, state, imp }) => {
      await record(state, [1]);
      writeFileSync(join(folder, "imp.toml"), `state_dir = "${state}"\n`);
      const { out, err } = await imp(["diff"]);
      expect(out).toStartWith("generation 1 → configuration:\n- ");
      expect(err).toContain("warning: the configuration names nothing to persist");
    });
  });

  test("fails with every problem of a wrong configuration", async () => {
    await inNewPlace(async ({ folder, imp }) => {
      writeFileSync(join(folder, "imp.toml"), "a = 1\nb = 2\n");
      const { err, exitCode } = await imp(["diff"]);
      expect(exitCode).toBe(2);
      expect(err.match(/^error: /gm)).toHaveLength(2);
    });
  });
});
