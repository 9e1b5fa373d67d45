import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { commandList, globalOptions, helpCommand } from "../../src/cli/program.ts";
import { keyDescriptions, placesOf } from "../../src/config/key-descriptions.ts";
import { toml } from "../manual/imp-toml.ts";

const text = await Bun.file(join(import.meta.dir, "../../README.md")).text();

/** The cells of every row of a table. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** A cell without a link in brackets that leads to more. */
function withoutPointer(cell: string): string {
  return cell.replace(/ \(\[[^\]]*\]\([^)]*\)\)$/, "");
}

describe("the tables of the README", () => {
  test.each(Object.entries(keyDescriptions))("say of the key %s what the manual says", (name, key) => {
    const { otherwise, meaning } = key;
    const usual =
      otherwise === null ? "" : "words" in otherwise ? otherwise.words : `\`${toml(otherwise.value)}\``;
    const row = rows.find(([first]) => first === `\`${name}\``);
    expect(row?.map(withoutPointer)).toEqual([`\`${name}\``, placesOf(name).join(", "), usual, meaning]);
  });

  test("have every command and every option", () => {
    const cells = rows.flat();
    const has = (pattern: string) => cells.some((cell) => new RegExp(pattern).test(cell));
    const commands = [...commandList, helpCommand].filter(({ name }) => !has(`^\`imp ${name}\\b`));
    const options = [...globalOptions, ...commandList.flatMap((command) => command.options)];
    expect(commands.map(({ name }) => name)).toEqual([]);
    expect(options.filter(({ long }) => !has(`\`--${long}\\b`)).map(({ long }) => long)).toEqual([]);
  });
});
