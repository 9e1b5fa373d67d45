import { randomFrom } from "../fuzz/mutate.ts";
import type { LoggedRequest } from "./write-log.ts";

/** What the disk may hold after a power cut, and what had happened by then. */
export interface CrashPoint {
  readonly name: string;
  /** The last mark that was written before the cut. */
  readonly mark: string;
  /** All that reached the disk. */
  readonly disk: Uint8Array;
}

/** The guest writes marks to the last block of its disk, behind the filesystem. */
export const markBlock = 4096;

/**
 * Every power cut that the log allows, from the first mark on: after each write, the disk with all writes until then;
 * and, as a disk with a cache may have it, with some of those lost that no flush had followed yet: a random half, and all
 * but the last.
 */
export function* crashPoints(start: Uint8Array, log: readonly LoggedRequest[]): Generator<CrashPoint> {
  const random = randomFrom(1);
  const ordered = start.slice();
  const flushed = start.slice();
  let unflushed: Write[] = [];
  let mark = "";
  for (const [index, request] of log.entries()) {
    if (request.kind === "flush") {
      for (const write of unflushed) flushed.set(write.data, write.offset);
      unflushed = [];
      continue;
    }
    ordered.set(request.data, request.offset);
    unflushed.push(request);
    if (request.offset >= start.length - markBlock) mark = markIn(request.data);
    if (mark === "") continue;
    yield { name: `write ${index}, in order`, mark, disk: ordered };
    if (unflushed.length < 2) continue;
    const half = unflushed.filter(() => random() < 0.5);
    yield { name: `write ${index}, half of the unflushed lost`, mark, disk: withWrites(flushed, half) };
    yield { name: `write ${index}, alone after the flush`, mark, disk: withWrites(flushed, [request]) };
  }
}

type Write = LoggedRequest & { kind: "write" };

function withWrites(disk: Uint8Array, writes: readonly Write[]): Uint8Array {
  const copy = disk.slice();
  for (const write of writes) copy.set(write.data, write.offset);
  return copy;
}

function markIn(block: Uint8Array): string {
  return new TextDecoder().decode(block.subarray(0, block.indexOf(0))).trim();
}
