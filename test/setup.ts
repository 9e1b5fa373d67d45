import { readFileSync } from "node:fs";

/**
 * What no test may depend on: the umask, the locale and the wish for colour of whoever starts it. Read before any test
 * (bunfig.toml), and by the programs that are no tests of bun's kind.
 */

process.umask(0o022);

const locale = "C.UTF-8";
const isOfConcern = (name: string) => /^(LANG|LANGUAGE|LC_.*|FORCE_COLOR|NO_COLOR)$/.test(name);

const isNeutral =
  process.env["LC_ALL"] === locale && Object.keys(process.env).filter(isOfConcern).length === 1;
const command = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1);

// Bun.spawn hands on the environment that Bun itself was started with, so the whole run starts anew with a better one. A
// worker of `bun test --parallel` has no say in that.
if (!isNeutral && !command.includes("--test-worker")) {
  const others = Object.entries(process.env).filter(([name]) => !isOfConcern(name));
  const { exitCode } = Bun.spawnSync([process.execPath, ...command.slice(1)], {
    env: { ...Object.fromEntries(others), LC_ALL: locale },
    stdio: ["inherit", "inherit", "inherit"],
  });
  process.exit(exitCode ?? 1);
}
