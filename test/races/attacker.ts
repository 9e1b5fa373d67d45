import { dlopen, FFIType, ptr } from "bun:ffi";

/**
 * The attacker: a program of an unprivileged user that changes names as fast as the kernel lets it. It runs inside the
 * machine by the test's own Bun, and needs nothing else. A line of JSON on stdin (an {@link Order}) starts an attack,
 * and the next line ends it; both are answered by a line on stdout.
 */

export interface Order {
  /** Names to exchange for each other: what imp looks for, and what is to be taken for it. */
  readonly pairs: readonly (readonly [wanted: string, bait: string])[];
  /** How many pairs in a row are attacked at a time; where that is, changes all the time. */
  readonly window: number;
  /** How long the bait lies out, in system calls that do nothing. */
  readonly hold: number;
  /** A file to wait for, so that nothing happens before. */
  readonly after?: string;
  /** Instead of an exchange, the second name of each pair is renamed over the first one, once, as a program saves. */
  readonly saves?: boolean;
  /** For each pair, a file that the bait becomes a hard link to, for as long as it lies out. */
  readonly links?: readonly string[];
}

/** What an attack came to. */
export interface Tally {
  readonly swaps: number;
  readonly milliseconds: number;
}

const { i32, i64, ptr: pointer, u32, u64 } = FFIType;

function openLibc() {
  const symbols = {
    renameat2: { args: [i32, pointer, i32, pointer, u32], returns: i32 },
    link: { args: [pointer, pointer], returns: i32 },
    unlink: { args: [pointer], returns: i32 },
    access: { args: [pointer, i32], returns: i32 },
    getppid: { args: [], returns: i32 },
    poll: { args: [pointer, u64, i32], returns: i32 },
    read: { args: [i32, pointer, u64], returns: i64 },
  } as const;
  try {
    return dlopen("libc.so.6", symbols).symbols;
  } catch {
    return dlopen(`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`, symbols).symbols;
  }
}

const libc = openLibc();
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const POLLIN = 1;

/** Asking for input costs as much as an exchange, so it is done once in so many. */
const turnsBetweenLooks = 64;

/** `struct pollfd` for stdin: descriptor, events asked for and found. */
const pollStdin = new Int16Array([0, 0, POLLIN, 0]);
const input = new Uint8Array(1 << 20);

function hasInput(): boolean {
  return libc.poll(ptr(pollStdin), 1, 0) !== 0;
}

/** The next line; null at the end of the input. */
function readLine(): string | null {
  for (let filled = 0; ; ) {
    const length = Number(libc.read(0, ptr(input, filled), input.length - filled));
    if (length <= 0) return null;
    filled += length;
    if (input[filled - 1] === 10) return new TextDecoder().decode(input.subarray(0, filled - 1));
  }
}

/** A pair as the kernel reads it. The bytes are kept, for the kernel knows only where they are. */
class Pair {
  readonly #wanted: Buffer;
  readonly #bait: Buffer;
  readonly #linked: Buffer | null;
  /** True while the bait lies where imp looks. */
  lies = false;

  constructor([wanted, bait]: Order["pairs"][number], linked: string | undefined) {
    this.#wanted = Buffer.from(`${wanted}\0`);
    this.#bait = Buffer.from(`${bait}\0`);
    this.#linked = linked === undefined ? null : Buffer.from(`${linked}\0`);
  }

  exchange(): boolean {
    const done =
      libc.renameat2(AT_FDCWD, ptr(this.#wanted), AT_FDCWD, ptr(this.#bait), RENAME_EXCHANGE) === 0;
    if (done) this.lies = !this.lies;
    return done;
  }

  save(): boolean {
    return libc.renameat2(AT_FDCWD, ptr(this.#bait), AT_FDCWD, ptr(this.#wanted), 0) === 0;
  }

  /** Makes the bait anew. A file that is open somewhere has one name less once the bait is gone again. */
  prepare(): void {
    if (this.#linked !== null) libc.link(ptr(this.#linked), ptr(this.#bait));
  }

  clear(): void {
    if (this.#linked !== null) libc.unlink(ptr(this.#bait));
  }
}

function waitFor(path: string): void {
  const bytes = Buffer.from(`${path}\0`);
  while (libc.access(ptr(bytes), 0) !== 0 && !hasInput());
}

/** Saves each file once, in any order, all through the attack. */
function save(pairs: readonly Pair[], hold: number): Tally {
  const begin = performance.now();
  let swaps = 0;
  for (const pair of pairs.toSorted(() => Math.random() - 0.5)) {
    for (let call = 0; call < hold; call += 1) libc.getppid();
    if (pair.save()) swaps += 1;
  }
  const milliseconds = performance.now() - begin;
  while (!hasInput());
  return { swaps, milliseconds };
}

function attack({ pairs: names, window, hold, after, saves, links }: Order): Tally {
  const pairs = names.map((pair, index) => new Pair(pair, links?.[index]));
  if (after !== undefined) waitFor(after);
  if (saves === true) return save(pairs, hold);
  const begin = performance.now();
  let swaps = 0;
  do {
    const first = Math.floor(Math.random() * Math.max(1, pairs.length - window + 1));
    for (let turn = 0; turn < Math.max(window, turnsBetweenLooks); turn += 1) {
      const pair = pairs[first + (turn % window)];
      if (pair === undefined) continue;
      if (!pair.lies) {
        pair.prepare();
        if (!pair.exchange()) {
          pair.clear();
          continue;
        }
        swaps += 1;
      }
      for (let call = 0; call < hold; call += 1) libc.getppid();
      if (!pair.exchange()) continue;
      pair.clear();
      swaps += 1;
    }
  } while (!hasInput());
  const milliseconds = performance.now() - begin;

  // A machine at peace again: nothing is judged while a bait lies out.
  for (const pair of pairs) if (pair.lies && pair.exchange()) pair.clear();
  return { swaps, milliseconds };
}

for (let line = readLine(); line !== null; line = readLine()) {
  const order: Order = JSON.parse(line);
  console.log("begun");
  const tally = attack(order);
  readLine();
  console.log(JSON.stringify(tally));
}
