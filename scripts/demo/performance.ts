import type { Machine, PersistedMount } from "./machine.ts";
import { Surprise } from "./surprise.ts";

/** Tells a person what happens, and makes sure that it is true. */
export class Performance {
  readonly #machine: Machine;
  readonly #bold: (text: string) => string;
  #checks = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
    const isColourful = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
    this.#bold = isColourful ? (text) => `\x1b[1m${text}\x1b[22m` : (text) => text;
  }

  get checks(): number {
    return this.#checks;
  }

  heading(text: string): void {
    console.log(`\n${this.#bold(`--- ${text} ${"-".repeat(74 - text.length)}`)}`);
  }

  say(text: string): void {
    console.log(`\n${text.trim()}`);
  }

  /** Runs a command as root of the machine, and shows it with what it prints. */
  async type(command: string, exitCode = 0): Promise<string> {
    console.log(`\n${this.#bold(`# ${command}`)}`);
    const result = await this.#machine.run(command);
    process.stdout.write(result.output);
    this.expect(`\`${command}\` ends with exit code ${exitCode}`, result.exitCode, exitCode);
    return result.output;
  }

  /** @throws Surprise */
  expect(what: string, found: unknown, expected: unknown): void {
    this.#checks += 1;
    if (Bun.deepEquals(found, expected)) return;
    throw new Surprise(`${what}: expected ${Bun.inspect(expected)}, found ${Bun.inspect(found)}`);
  }

  expectContent(path: string, content: string): void {
    this.expect(
      `the content of ${path}`,
      attempt(() => this.#machine.read(path)),
      content,
    );
  }

  expectLink(path: string, text: string): void {
    this.expect(
      `the symlink ${path}`,
      attempt(() => this.#machine.linkText(path)),
      text,
    );
  }

  expectNothing(path: string): void {
    this.expect(`whether there is a ${path}`, this.#machine.exists(path), false);
  }

  /** @param expected what is shown at each mount point, below `/mnt/persist`; there are no other mounts of it */
  expectMounts(expected: Readonly<Record<string, string>>): ReadonlyMap<string, PersistedMount> {
    const mounts = this.#machine.persistedMounts();
    const found = Object.fromEntries([...mounts].map(([point, { shows }]) => [point, shows]));
    this.expect("the mount table", found, expected);
    return mounts;
  }
}

/** What is found, or why nothing is. */
function attempt(look: () => string): string {
  try {
    return look();
  } catch (error) {
    return String(error);
  }
}
