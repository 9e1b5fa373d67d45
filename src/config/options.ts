import type { MountOption } from "../model/manifest.ts";
import type { Reader } from "./reader.ts";
import type { RootLayout } from "./schema.ts";

/** These say in three ways how access times are kept; only one can hold. */
const accessTimeOptions: readonly MountOption[] = ["noatime", "relatime", "strictatime"];

/** Reads mount options, each once; null if none are given here. */
export function readOptions(reader: Reader, layout: RootLayout["options"]): MountOption[] | null {
  if (layout === undefined) return null;
  const accessTime = layout.value.filter(({ value }) => accessTimeOptions.includes(value));
  const other = accessTime.find(({ value }) => value !== accessTime[0]?.value);
  if (other !== undefined) {
    const message = `the options \`${accessTime[0]?.value}\` and \`${other.value}\` contradict each other`;
    reader.refuse(other.at, message, `keep one of ${accessTimeOptions.join(", ")}`);
  }
  return [...new Set(layout.value.map(({ value }) => value))];
}
