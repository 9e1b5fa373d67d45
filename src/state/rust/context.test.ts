import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "../../model/path.ts";
import { inNewState } from "../example-state.fixture.ts";
import { rustContext } from "./context.ts";

describe("what the Rust imp left open", () => {
  test("is answered by the source, else by the target", () =>
    inNewState((directory) => {
      const at = (name: string) => join(directory.path, name);
      mkdirSync(at("directory"));
      writeFileSync(at("file"), "");
      symlinkSync(at("missing"), at("dangling"));
      const { kindOf } = rustContext(null);
      expect(kindOf(at("directory"), at("file"))).toBe("directory");
      expect(kindOf(at("file"), at("directory"))).toBe("linked-file");
      expect(kindOf(at("missing"), at("directory"))).toBe("directory");
      expect(kindOf(at("missing"), at("dangling"))).toBe("linked-file");
      expect(kindOf(at("missing"), at("missing/below"))).toBe("directory");
      expect(kindOf(at(`long${"g".repeat(300)}`), at("file"))).toBe("linked-file");
    }));

  test("is answered by configurations that are small regular files of text", () =>
    inNewState((directory) => {
      const at = (name: string) => join(directory.path, name);
      writeFileSync(at("imp.toml"), "text\n");
      writeFileSync(at("binary"), Uint8Array.of(0xff));
      writeFileSync(at("large"), new Uint8Array(2 * 1024 * 1024));
      const { configText } = rustContext(null);
      expect(configText(at("imp.toml"))).toBe("text\n");
      for (const path of [
        at("binary"),
        at("large"),
        at("missing"),
        directory.path,
        "/dev/zero",
        "imp.toml",
      ]) {
        expect(configText(path)).toBeNull();
      }
    }));
});
