/** Makes damaged files out of good ones, the same ones again for the same seed. */

/** A random number generator with a seed (mulberry32), from 0 inclusive to 1 exclusive. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function oneOf<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[below(random, choices.length)];
  if (choice === undefined) throw new Error("nothing to choose from");
  return choice;
}

/** What parsers stumble over: brackets, quotes, numbers at the edges, paths that lead elsewhere, bytes that are no text. */
const morsels: readonly string[] = [
  ..."\"'[]{}(),.:=#\\/-+*@$ \t\n\r\u0000\u001b\u007f\u0085\u2028\u202e\ufeff\u{10ffff}",
  '"""',
  "'''",
  "[[",
  "]]",
  "null",
  "true",
  "NaN",
  "inf",
  "-1",
  "0",
  "1e999",
  "-0",
  "9007199254740993",
  "99999999999999999999999999",
  "0x7fffffff",
  "0o777",
  "1979-05-27T07:32:00Z",
  "__proto__",
  "constructor",
  "toString",
  "..",
  "/",
  "//",
  "/proc/self/root",
  "/dev/zero",
  "\\u0000",
  "\\ud800",
  "\\x",
  "a".repeat(300),
  "é".repeat(100),
  "[".repeat(500),
  '{"a":'.repeat(300),
];
const encoder = new TextEncoder();
const encodedMorsels = morsels.map((text) => encoder.encode(text));
const brokenBytes = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0xfe, 0xff], [0x80]].map((bytes) =>
  Uint8Array.from(bytes),
);

/** Texts, numbers and words, as JSON and TOML both have them. */
function valuesIn(text: string): RegExpExecArray[] {
  return [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|-?\d+|true|false|null/g)];
}

/** Values that are good JSON, and no good. */
const strangeValues: readonly string[] = [
  "null",
  "true",
  "-1",
  "0",
  "0.5",
  "1e21",
  "9007199254740993",
  '""',
  '"/"',
  '"//a"',
  '"/a/../b"',
  '"a"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u001b[2J"',
  '"__proto__"',
  '"constructor"',
  "[]",
  "{}",
  '{"__proto__": {"kind": "mount"}}',
  "[[[]]]",
];

type Change = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

const changes: readonly Change[] = [
  (random, bytes) => bytes.with(below(random, bytes.length), below(random, 256)),
  (random, bytes) => {
    const at = below(random, bytes.length);
    return bytes.with(at, (bytes[at] ?? 0) ^ (1 << below(random, 8)));
  },
  (random, bytes) => splice(bytes, below(random, bytes.length), 0, oneOf(random, encodedMorsels)),
  (random, bytes) => {
    const morsel = oneOf(random, encodedMorsels);
    return splice(bytes, below(random, bytes.length), morsel.length, morsel);
  },
  (random, bytes) => splice(bytes, below(random, bytes.length), 0, oneOf(random, brokenBytes)),
  (random, bytes) => splice(bytes, below(random, bytes.length), 1 + below(random, 40), new Uint8Array()),
  (random, bytes) => bytes.subarray(0, below(random, bytes.length + 1)),
  (random, bytes) => bytes.subarray(below(random, bytes.length + 1)),
  (random, bytes) => {
    const [from, length] = [below(random, bytes.length), 1 + below(random, 60)];
    return splice(bytes, below(random, bytes.length), 0, bytes.subarray(from, from + length));
  },
  (random, bytes, others) => {
    const other = oneOf(random, others);
    const from = below(random, other.length);
    const stretch = other.subarray(from, from + 1 + below(random, 200));
    return splice(bytes, below(random, bytes.length), below(random, 20), stretch);
  },
  // A value becomes another one, or one that is strange: the file remains what it was, but says something else.
  (random, bytes, others) => {
    const text = Buffer.from(bytes).toString("latin1");
    const values = valuesIn(text);
    if (values.length === 0) return bytes;
    const { index, 0: value } = oneOf(random, values);
    const strangers = valuesIn(Buffer.from(oneOf(random, others)).toString("latin1"));
    const [other] =
      random() < 0.5 || strangers.length === 0 ? [oneOf(random, strangeValues)] : oneOf(random, strangers);
    return splice(bytes, index, value.length, Buffer.from(other, "latin1"));
  },
  // Lines change places, as after a careless merge.
  (random, bytes) => {
    const lines = Buffer.from(bytes).toString("latin1").split("\n");
    const [left, right] = [below(random, lines.length), below(random, lines.length)];
    [lines[left], lines[right]] = [lines[right] ?? "", lines[left] ?? ""];
    return Uint8Array.from(Buffer.from(lines.join("\n"), "latin1"));
  },
];

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]));
}

/** No case is larger: what takes long is a matter of its own. */
const largest = 64 * 1024;

/** One of the files with one to four changes; parts of the others can come into it. */
export function damagedFile(
  random: Random,
  files: readonly Uint8Array[],
  others: readonly Uint8Array[] = files,
): Uint8Array {
  let bytes = oneOf(random, files);
  for (let left = 1 + below(random, 4); left > 0 && bytes.length > 0; left -= 1) {
    bytes = oneOf(random, changes)(random, bytes, others);
  }
  return bytes.subarray(0, largest);
}
