import { expect, test } from "bun:test";
import { checkStateDirectory } from "./state-directory.ts";
import { brief, read, refusals } from "./test-reading.ts";

const text = '[persistence."/p"]\ndirectories = ["/var", "/var/lib"]\nfiles = ["/etc/a"]';

function check(stateDirectory: string): string[] {
  return brief(checkStateDirectory(read(text).manifest, text, "imp.toml", stateDirectory));
}

test("a target that is the state directory, or lies above it, is refused", () => {
  expect(check("/var/lib/imp")).toEqual([
    "2:16+6 the target /var contains the state directory /var/lib/imp",
    "2:24+10 the target /var/lib contains the state directory /var/lib/imp",
  ]);
  expect(check("/var/lib")).toHaveLength(2);
  expect(check("/etc/a")).toHaveLength(1);
});

test("the state directory may lie elsewhere, also above targets and in a root", () => {
  for (const directory of ["/persist/imp", "/", "/etc", "/variable", "/p/imp"])
    expect(check(directory)).toEqual([]);
});

test("the problem shows the line of the configuration", () => {
  const [problem] = checkStateDirectory(read(text).manifest, text, "imp.toml", "/var/imp");
  expect(problem?.excerpt).toBe('directories = ["/var", "/var/lib"]');
  expect(problem?.help).toContain("state_dir");
});

test("the configuration's own state_dir is checked when it is read", () => {
  expect(refusals(`state_dir = "/var/imp"\n[persistence."/p"]\ndirectories = ["/var"]`)).toEqual([
    "3:16+6 the target /var contains the state directory /var/imp",
  ]);
});
