import { describe, expect, test } from "bun:test";
import { mountUnitName } from "./unit-text.ts";

describe("the name of a mount's unit", () => {
  test.each([
    ["/", "-.mount"],
    ["/persist", "persist.mount"],
    ["/persist/system", "persist-system.mount"],
    ["/var/lib/my-app", "var-lib-my\\x2dapp.mount"],
    ["/home/user/.config", "home-user-.config.mount"],
    ["/.hidden", "\\x2ehidden.mount"],
    ["/a b%c$\"'\\\n", "a\\x20b\\x25c\\x24\\x22\\x27\\x5c\\x0a.mount"],
    ["/größe", "gr\\xc3\\xb6\\xc3\\x9fe.mount"],
    ["/\udcff", "\\xff.mount"],
  ])("is what systemd-escape makes of %j", (path, name) => {
    expect(mountUnitName(path)).toBe(name);
    if (Bun.which("systemd-escape") === null || path.includes("\udcff")) return;
    const { stdout } = Bun.spawnSync(["systemd-escape", "--path", "--suffix=mount", path]);
    expect(stdout.toString()).toBe(`${name}\n`);
  });

  test("is none where it would be too long", () => {
    expect(mountUnitName(`/${"a".repeat(249)}`)).not.toBeNull();
    expect(mountUnitName(`/${"a".repeat(250)}`)).toBeNull();
  });
});
