import {
  type ExampleValue,
  type KeyDescription,
  keyDescriptions,
  placesOf,
} from "../../src/config/key-descriptions.ts";
import type { KeyName } from "../../src/config/schema.ts";
import { code, heading, literal, prose } from "./mdoc.ts";

/** The manual page imp.toml(5). */
export function impTomlPage(version: string, date: Date, exampleFile: string): string {
  return [
    ...heading({ title: "imp.toml", section: 5, version, date, summary: "configuration of imp" }),
    ".Sh DESCRIPTION",
    ".Nm",
    "names the directories and files that",
    ".Xr imp 1",
    "keeps.",
    "It is the file that",
    ".Fl Fl config",
    "names, else the one in",
    ".Ev IMP_CONFIG ,",
    "else",
    ".Pa ./imp.toml ,",
    "else",
    ".Pa /etc/imp/imp.toml .",
    "It is written in TOML, a format that is described at",
    ".Lk https://toml.io .",
    ...prose(
      "Everything that is wrong with it is reported at once, with line and column, and then nothing happens.",
    ),
    ".Pp",
    ...prose("Where a key can stand in several places the nearest one wins; lists are not added up."),
    ".Pp",
    ...prose("`imp schema` prints a JSON Schema of it, by which editors complete and check the keys."),
    ".Sh KEYS",
    ".Bl -tag -width Ds",
    ...describedKeys().flatMap(item),
    ".El",
    ".Sh EXAMPLES",
    ...literal(exampleFile.trimEnd().split("\n")),
    ".Sh SEE ALSO",
    ".Xr chmod 1 ,",
    ".Xr imp 1 ,",
    ".Xr mount 8",
    "",
  ].join("\n");
}

const placeWords: Readonly<Record<string, string>> = {
  top: "the top of the file",
  root: "a persistence root",
  entry: "an entry",
  directory: "an entry of `directories`",
  file: "an entry of `files`",
};

interface DescribedKey {
  readonly name: KeyName;
  readonly description: KeyDescription;
}

function describedKeys(): DescribedKey[] {
  return Object.entries(keyDescriptions).map(([name, description]) => ({
    name: name as KeyName,
    description,
  }));
}

function item({ name, description }: DescribedKey): string[] {
  const { meaning, more, otherwise, examples } = description;
  return [
    `.It Ic ${code(name)}`,
    ...prose(`${meaning[0]?.toUpperCase()}${meaning.slice(1)}.`),
    ...(more === undefined ? [] : prose(more)),
    ...prose(
      `Place: ${placesOf(name)
        .map((place) => placeWords[place])
        .join(", ")}.`,
    ),
    ...(otherwise === null ? [] : prose(`Default: ${otherwiseWords(otherwise)}.`)),
    ...(name === "persistence" ? [] : literal(examples.map((example) => `${name} = ${toml(example)}`))),
  ];
}

function otherwiseWords(otherwise: NonNullable<KeyDescription["otherwise"]>): string {
  return "words" in otherwise ? otherwise.words : `\`${toml(otherwise.value)}\``;
}

/** A value as one writes it on one line. */
export function toml(value: ExampleValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, part]) => {
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return `${name} = ${toml(part)}`;
  });
  return `{ ${pairs.join(", ")} }`;
}
