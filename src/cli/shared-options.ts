/** Options of several commands. */

export const dryRun = { long: "dry-run", help: "show what would be done, and change nothing" } as const;

export const lazy = { long: "lazy", help: "detach mounts that are in use instead of refusing" } as const;
