import { closeDescriptor } from "../linux/open.ts";
import { emptyIndex, type Generation, type Index } from "../model/generation.ts";
import { Failure, failure, type Problem } from "../model/problem.ts";
import { Unconfirmed } from "../model/special-failure.ts";
import type { Trusted } from "./caller.ts";
import { createStateDirectory } from "./create-directory.ts";
import { type OnAltered, openStateDirectory, type StateDirectory } from "./directory.ts";
import { removeLeftovers, syncNames } from "./durable-file.ts";
import {
  generationPath,
  readGenerationFile,
  removeGenerationFiles,
  removeGenerationLeftovers,
  storedNumbers,
  writeGenerationFiles,
} from "./generation-file.ts";
import { isRustIndex, readIndexFile, writeIndexFile } from "./index-file.ts";
import { acquireLock, type LockRequest } from "./lock.ts";
import { rustContext } from "./rust/context.ts";
import { keepRustFile } from "./rust/file.ts";
import { type Imported, importRust, type RustContext } from "./rust/import.ts";
import { hasJournal } from "./state-file.ts";
import { worded } from "./trouble-words.ts";

/** The state as commands use it. */
export interface Store {
  /** Null if nothing was ever kept there. */
  readonly directory: StateDirectory | null;
  readonly rust: RustContext;
}

/** A store whose lock this process holds: only such a one takes changes. */
export interface LockedStore extends Store {
  readonly directory: StateDirectory;
  readonly locked: true;
}

/** Where the state is, and whom a run as root trusts there (see `locate.ts` and `caller.ts`). */
export interface StoreLocation {
  readonly path: string;
  readonly trusted: Trusted | null;
  readonly onAltered?: OnAltered;
  /** How to carry over what the Rust imp recorded; the system itself answers by default. */
  readonly rust?: RustContext;
}

/**
 * Runs `action` with the state for looking only. It needs no lock: whatever is read is whole.
 * @throws Failure (1) if the state directory can't be read
 * @throws Unusable (1) if root cannot trust it
 */
export async function withStore<T>(
  location: StoreLocation,
  action: (store: Store) => T | Promise<T>,
): Promise<T> {
  const directory = openStateDirectory(location.path, location.trusted, location.onAltered);
  try {
    return await action({ directory, rust: location.rust ?? rustContext(location.trusted) });
  } finally {
    if (directory !== null) closeDescriptor(directory.descriptor);
  }
}

/** The store in an open directory, for looking only. */
export function storeIn(directory: StateDirectory): Store {
  return { directory, rust: rustContext(directory.trusted) };
}

/**
 * Runs `action` with the state for changing, which it creates if missing, while no other imp changes it.
 * @throws Failure (1) if the state can't be written, or if another imp keeps the lock for too long
 * @throws Unusable (1) if root cannot trust it
 */
export async function withLockedStore<T>(
  location: StoreLocation,
  request: LockRequest,
  action: (store: LockedStore) => T | Promise<T>,
): Promise<T> {
  const directory = createStateDirectory(location.path, location.trusted, location.onAltered);
  try {
    const release = await acquireLock(directory, request);
    try {
      removeLeftovers(directory);
      removeGenerationLeftovers(directory);
      const store = {
        directory,
        rust: location.rust ?? rustContext(location.trusted),
        locked: true,
      } as const;
      // What a killed command began is settled by what the index says, so that must be what the disk says too.
      if (hasJournal(directory)) syncNames(directory);
      return await action(store);
    } finally {
      release();
    }
  } finally {
    closeDescriptor(directory.descriptor);
  }
}

/**
 * The index; an empty one if nothing was ever committed.
 * @throws Unusable (1) if it is damaged
 */
export function readIndex({ directory, rust }: Store): Index {
  const content = directory === null ? null : readIndexFile(directory);
  if (content === null) return emptyIndex;
  return content.kind === "index" ? content.index : importRust(content.generations, rust).index;
}

/**
 * A generation that the index lists. It needs no good index, so `show` works beside a damaged one.
 * @throws Failure (1) if its file is missing
 * @throws Unusable (1) if its file is damaged
 */
export function readGeneration(store: Store, number: number): Generation {
  const { directory } = store;
  if (directory === null) throw failure(1, `there is no generation ${number}: nothing was ever applied`);
  const generation = isRustIndex(directory)
    ? importedFrom(store)?.generations.find((candidate) => candidate.number === number)
    : readGenerationFile(directory, number);
  if (generation !== undefined && generation !== null) return generation;
  const help = "`imp list` tells which generations there are; put a good copy of a lost file back";
  throw failure(
    1,
    `generation ${number} cannot be read: ${generationPath(directory, number)} is missing`,
    help,
  );
}

/**
 * Makes `index` the state: first the file of a new generation, then the index, which is the commit point, then the files
 * of generations that the index no longer lists go. What the Rust imp recorded is carried over on the way, and its
 * file kept.
 * @returns warnings: the command has happened, but something small is left to do
 * @throws Unconfirmed if it has happened, but the journal has to stay until the disk confirms that
 * @throws Failure (1) if it could not be committed; then the old index is in force
 */
export function commit(store: LockedStore, index: Index, newGeneration?: Generation): readonly Problem[] {
  try {
    return commitFiles(store, index, newGeneration);
  } catch (error) {
    // Who undoes the command has something to add.
    throw worded(error);
  }
}

function commitFiles(store: LockedStore, index: Index, newGeneration?: Generation): readonly Problem[] {
  const { directory } = store;
  const content = isRustIndex(directory) ? readIndexFile(directory) : null;
  if (content?.kind === "rust") {
    const { generations } = importRust(content.generations, store.rust);
    writeGenerationFiles(directory, generations);
    keepRustFile(directory);
  }
  if (newGeneration !== undefined) refuseListed(store, newGeneration.number);
  try {
    if (newGeneration !== undefined) writeGenerationFiles(directory, [newGeneration]);
    writeIndexFile(directory, { ...index, serial: index.serial + 1 });
  } catch (error) {
    if (newGeneration !== undefined)
      asWarnings(() => removeGenerationFiles(directory, [newGeneration.number]));
    throw error;
  }
  // A power cut could still bring the old index back, and with it the generations that it lists.
  const warnings = asWarnings(() => syncNames(directory));
  if (warnings.length > 0 && hasJournal(directory)) throw new Unconfirmed(1, warnings);
  if (warnings.length > 0) return warnings;
  return asWarnings(() => removeGenerationFiles(directory, unlistedNumbers(directory, index)));
}

function importedFrom({ directory, rust }: Store): Imported | null {
  const content = directory === null ? null : readIndexFile(directory);
  return content?.kind === "rust" ? importRust(content.generations, rust) : null;
}

/** A stored generation never changes; only a file that no index lists, a killed command's, may be replaced. */
function refuseListed(store: LockedStore, number: number): void {
  if (!storedNumbers(store.directory).includes(number)) return;
  if (readIndex(store).generations.some((generation) => generation.number === number)) {
    throw new Error(`generation ${number} exists already`);
  }
}

/** Files of deleted generations, those that a killed command could not remove any more included. */
function unlistedNumbers(directory: StateDirectory, index: Index): number[] {
  const listed = new Set(index.generations.map((generation) => generation.number));
  return storedNumbers(directory).filter((number) => number < index.next && !listed.has(number));
}

function asWarnings(action: () => void): readonly Problem[] {
  try {
    action();
    return [];
  } catch (error) {
    const cause = worded(error);
    if (!(cause instanceof Failure)) throw cause;
    return cause.problems.map((problem) => ({ ...problem, severity: "warning" as const }));
  }
}
