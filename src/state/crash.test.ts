import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { join } from "../model/path.ts";
import { inNewDirectory } from "./example-state.fixture.ts";
import { readGeneration, readIndex, withStore } from "./store.ts";

const source = import.meta.dir;

/** Starts of a script that applies generations to the state directory `path` (`applyNext`). */
function preamble(path: string): string {
  return `
    import { exampleGeneration } from ${JSON.stringify(`${source}/example-state.fixture.ts`)};
    import { withGeneration, withoutGenerations } from ${JSON.stringify(`${source}/index-changes.ts`)};
    import { commit, readIndex, withLockedStore } from ${JSON.stringify(`${source}/store.ts`)};
    const location = { path: ${JSON.stringify(path)}, trusted: null };
    const request = { waitMilliseconds: 5_000, command: "imp apply" };
    const applyNext = (change = (index) => index, text = "") => withLockedStore(location, request, (store) => {
      const index = change(readIndex(store));
      const generation = { ...exampleGeneration(index.next), configText: text };
      commit(store, withGeneration(index, generation, []), generation);
    });`;
}

describe("a command that is killed at any instant", () => {
  test(
    "leaves the old state or the new one, whole, and the next command goes on from there",
    () =>
      inNewDirectory(async (path) => {
        const forever = `${preamble(path)}
        const keepThree = (index) =>
          withoutGenerations(index, index.generations.slice(0, -3).map((generation) => generation.number));
        console.log("ready");
        for (;;) await applyNext(keepThree);`;
        let active = 0;
        for (let kill = 0; kill < 12; kill += 1) {
          const process_ = Bun.spawn([process.execPath, "-e", forever], {
            stdout: "pipe",
            stderr: "inherit",
          });
          await process_.stdout.getReader().read();
          await Bun.sleep(10 + Math.random() * 40);
          process_.kill("SIGKILL");
          await process_.exited;
          await withStore({ path, trusted: null }, (store) => {
            const index = readIndex(store);
            expect(index.active ?? 0).toBeGreaterThanOrEqual(active);
            active = index.active ?? 0;
            for (const { number } of index.generations)
              expect(readGeneration(store, number).number).toBe(number);
          });
        }
        expect(active).toBeGreaterThan(0);
        const last = Bun.spawnSync([process.execPath, "-e", `${preamble(path)} await applyNext();`]);
        expect(last.exitCode).toBe(0);
        expect(readdirSync(path).sort()).toEqual(["generations", "generations.json", "lock"]);
        await withStore({ path, trusted: null }, (store) => {
          const numbers = readIndex(store).generations.map(({ number }) => `${number}.json`);
          expect(readdirSync(join(path, "generations")).sort()).toEqual(numbers.sort());
        });
      }),
    60_000,
  );
});

/** Private mounts need root; a container may refuse them all the same. */
const mayMount =
  process.getuid?.() === 0 &&
  Bun.spawnSync(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]).exitCode === 0;

describe.skipIf(lacks(need(mayMount, "root: a small disk")))("a disk that is full", () => {
  test("fails the command, names the file, and leaves the old state and no temporary file", () =>
    inNewDirectory(async (path) => {
      const script = join(path, "script.ts");
      await Bun.write(
        script,
        `${preamble(path)}
        import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
        await applyNext();
        const before = readFileSync("${path}/generations.json", "utf8");
        const messages = [];
        const attempt = async (text) => {
          try { await applyNext(undefined, text); messages.push("applied"); }
          catch (error) { messages.push(error.problems[0].message, error.problems[0].help); }
        };
        await attempt("x".repeat(200_000));
        const filler = "${path}/filler";
        const fits = (size) => { try { writeFileSync(filler, new Uint8Array(size)); return true; } catch { return false; } };
        let room = 131_072;
        while (!fits(room)) room -= 4096;
        await attempt("nothing fits");
        // One page for the holder's name in the lock, one for the generation.
        truncateSync(filler, room - 2 * 4096);
        await attempt("the generation fits, the index does not");
        console.log(JSON.stringify({
          messages,
          same: before === readFileSync("${path}/generations.json", "utf8"),
          names: [...readdirSync("${path}"), ...readdirSync("${path}/generations")].sort(),
        }));`,
      );
      const bun = Bun.file(script);
      const command = 'mount -t tmpfs -o size=128k none "$1" && exec "$2" run -';
      const run = Bun.spawn(["unshare", "-m", "sh", "-c", command, "sh", path, process.execPath], {
        stdin: bun,
        stdout: "pipe",
        stderr: "pipe",
      });
      const [out, problems] = await Promise.all([
        new Response(run.stdout).text(),
        new Response(run.stderr).text(),
      ]);
      expect(problems).toBe("");
      const { messages, same, names } = JSON.parse(out);
      const files = ["generations/2.json", "generations/2.json", "generations.json"];
      const help = "the filesystem is full: make room, then try again";
      expect(messages).toEqual(
        files.flatMap((file) => [`cannot write ${path}/${file}: No space left on device`, help]),
      );
      expect(same).toBe(true);
      expect(names.filter((name: string) => name.endsWith(".tmp"))).toEqual([]);
      expect(readFileSync(script, "utf8")).toContain("applyNext");
    }));
});
