import { describe, expect, test } from "bun:test";
import { lacks, program } from "../../test/requirement.ts";
import { mountUnitName } from "./unit-text.ts";

const names: readonly (readonly [path: string, name: string])[] = [
  ["/", "-.mount"],
  ["/persist", "persist.mount"],
  ["/persist/system", "persist-system.mount"],
  ["/var/lib/my-app", "var-lib-my\\x2dapp.mount"],
  ["/home/user/.config", "home-user-.config.mount"],
  ["/.hidden", "\\x2ehidden.mount"],
  ["/a b%c$\"'\\\n", "a\\x20b\\x25c\\x24\\x22\\x27\\x5c\\x0a.mount"],
  ["/größe", "gr\\xc3\\xb6\\xc3\\x9fe.mount"],
  ["/\udcff", "\\xff.mount"],
];

describe("the name of a mount's unit", () => {
  test.each(names)("of %j is %s", (path, name) => {
    expect(mountUnitName(path)).toBe(name);
  });

  test.skipIf(lacks(program("systemd-escape", "systemd-escape (systemd)")))(
    "is what systemd-escape makes of the path",
    () => {
      // A byte that is no UTF-8 can't be handed over as an argument.
      for (const [path, name] of names.filter(([path]) => !path.includes("\udcff"))) {
        const { stdout } = Bun.spawnSync(["systemd-escape", "--path", "--suffix=mount", path]);
        expect(stdout.toString()).toBe(`${name}\n`);
      }
    },
  );

  test("is none where it would be too long", () => {
    expect(mountUnitName(`/${"a".repeat(249)}`)).not.toBeNull();
    expect(mountUnitName(`/${"a".repeat(250)}`)).toBeNull();
  });
});
