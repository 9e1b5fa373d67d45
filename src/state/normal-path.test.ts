import { expect, test } from "bun:test";
import fc from "fast-check";
import { normalized } from "../model/path.ts";
import { isNormalPath } from "./normal-path.ts";

test("a path is normal if making it so changes nothing", () => {
  const path = fc.array(fc.constantFrom("/", "/", ".", "a", "..", "é", ".b"), { maxLength: 6 });
  fc.assert(
    fc.property(path, (parts) => {
      const text = parts.join("");
      expect(isNormalPath(text)).toBe(text.startsWith("/") && normalized(text) === text);
    }),
    { numRuns: 2_000 },
  );
});
