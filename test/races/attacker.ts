import { dlopen, FFIType, ptr } from "bun:ffi";

/**
 * The attacker: a program of an unprivileged user that exchanges names as fast as the kernel lets it. It runs inside
 * the machine by the test's own Bun, and needs nothing else. A line of JSON on stdin (an {@link Order}) starts an
 * attack, and the next line ends it; both are answered by a line on stdout.
 */

export interface Order {
  /** Names to exchange for each other: what imp looks for, and what is to be taken for it. */
  readonly pairs: readonly (readonly [wanted: string, bait: string])[];
  /** How many pairs in a row are attacked at a time; where that is, changes every few milliseconds. */
  readonly window: number;
  /** How long the bait lies out, in system calls that do nothing. */
  readonly hold: number;
}

/** What an attack came to. */
export interface Tally {
  readonly swaps: number;
  readonly milliseconds: number;
  /** Pairs that could not be put back, for imp has changed them. */
  readonly stuck: number;
}

const { i32, i64, ptr: pointer, u32, u64 } = FFIType;

function openLibc() {
  const symbols = {
    renameat2: { args: [i32, pointer, i32, pointer, u32], returns: i32 },
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
const swapsBetweenLooks = 64;

/** `struct pollfd` for stdin: descriptor, events asked for and found. */
const pollStdin = new Int16Array([0, 0, POLLIN, 0]);
const input = new Uint8Array(1 << 20);

function hasInput(): boolean {
  return libc.poll(ptr(pollStdin), 1, 0) !== 0;
}

/** The next line; null at the end of the input. */
function readLine(): string | null {
  let filled = 0;
  for (;;) {
    const length = Number(libc.read(0, ptr(input, filled), input.length - filled));
    if (length <= 0) return null;
    filled += length;
    if (input[filled - 1] === 10) return new TextDecoder().decode(input.subarray(0, filled - 1));
  }
}

function attack({ pairs, window, hold }: Order): Tally {
  const names = pairs.map((pair) => pair.map((path) => Buffer.from(`${path}\0`)));
  const addresses = names.map(([wanted = input, bait = input]) => [ptr(wanted), ptr(bait)] as const);
  const lying = new Set<number>();
  const exchange = (index: number): boolean => {
    const [wanted, bait] = addresses[index] ?? [];
    if (wanted === undefined || bait === undefined) return false;
    return libc.renameat2(AT_FDCWD, wanted, AT_FDCWD, bait, RENAME_EXCHANGE) === 0;
  };

  const begin = performance.now();
  let swaps = 0;
  do {
    const first = Math.floor(Math.random() * Math.max(1, pairs.length - window + 1));
    for (let turn = 0; turn < Math.max(window, swapsBetweenLooks); turn += 1) {
      const index = first + (turn % window);
      if (!lying.has(index) && !exchange(index)) continue;
      for (let call = 0; call < hold; call += 1) libc.getppid();
      if (exchange(index)) {
        lying.delete(index);
        swaps += 2;
      } else {
        lying.add(index);
        swaps += 1;
      }
    }
  } while (!hasInput());
  const milliseconds = performance.now() - begin;

  // A machine at peace again: nothing is judged while a bait lies out.
  for (const index of [...lying]) if (exchange(index)) lying.delete(index);
  return { swaps, milliseconds, stuck: lying.size };
}

for (let line = readLine(); line !== null; line = readLine()) {
  const order: Order = JSON.parse(line);
  console.log("begun");
  const tally = attack(order);
  readLine();
  console.log(JSON.stringify(tally));
}
