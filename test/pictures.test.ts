import { expect } from "bun:test";
import { join } from "node:path";
import { executable } from "./machine/machine.ts";
import { test } from "./machine/on-machine.ts";

test("the pictures of the README show what imp prints now", async () => {
  const repository = join(import.meta.dir, "..");
  const script = join(repository, "scripts/pictures.ts");
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, script, "--check", `--imp=${executable}`]);
  // When this fails: npm run pictures, and look at the difference.
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
});
