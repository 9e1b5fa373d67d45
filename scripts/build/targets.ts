/**
 * The machines that imp is built for, each with the npm package that has the runtime for it.
 *
 * On x64 there is one runtime for all processors since Bun 1.4: it needs SSE4.2 and picks AVX2 at run time ("Single-file
 * executable" in Bun's documentation), so `-baseline` is another word for the same thing.
 */
export const targets = {
  "linux-x64": "@oven/bun-linux-x64",
  "linux-x64-baseline": "@oven/bun-linux-x64",
  "linux-arm64": "@oven/bun-linux-aarch64",
  "linux-x64-musl": "@oven/bun-linux-x64-musl",
  "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
} as const;

export type Target = keyof typeof targets;

export const targetNames = Object.keys(targets) as readonly Target[];

export function isTarget(name: string): name is Target {
  return Object.hasOwn(targets, name);
}
