import { expect, test } from "bun:test";
import fc from "fast-check";
import { printable } from "./printable.ts";

test("ordinary text of any language stays as it is", () => {
  for (const text of ["/var/log", "a b", "Grüße", "日本語 😀", "\u00a0é", "back\\slash"]) {
    expect(printable(text)).toBe(text);
  }
});

test("control characters become visible", () => {
  expect(printable("a\nb")).toBe("a\\nb");
  expect(printable("\t\r\0")).toBe("\\x09\\x0d\\x00");
  expect(printable("\u001b[2J\u007f\u009b")).toBe("\\x1b[2J\\x7f\\x9b");
});

test("bytes that are not UTF-8 become visible", () => {
  expect(printable("/a\udcff\udc80b")).toBe("/a\\xff\\x80b");
});

test("what would turn or break the line becomes visible", () => {
  expect(printable("/a\u202egnp.exe")).toBe("/a\\u{202e}gnp.exe");
  expect(printable("\u2028\u2066\ud800")).toBe("\\u{2028}\\u{2066}\\u{d800}");
});

test("nothing that controls a terminal gets through", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 50 }), (text) => {
      for (const character of printable(text)) {
        const code = character.codePointAt(0) ?? 0;
        expect(code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xdfff)).toBe(
          false,
        );
      }
    }),
  );
});
