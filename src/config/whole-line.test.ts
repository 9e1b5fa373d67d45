import { expect, test } from "bun:test";
import { isWholeLine } from "./whole-line.ts";

test("a line is whole if all that opens on it closes on it", () => {
  for (const line of ["a = 1", 'a = ["/x", { b = "]" }] # [', "a = ']'", '"a\\"[" = 1', "", "# it's"]) {
    expect([line, isWholeLine(line)]).toEqual([line, true]);
  }
});

test("a line that opens or closes for another line is not whole", () => {
  for (const line of ["a = [", "]", "a = [}", 'a = "x', "a = 'x", 'a = """x"""', "}, {", "[]]"]) {
    expect([line, isWholeLine(line)]).toEqual([line, false]);
  }
});
