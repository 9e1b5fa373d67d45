import type { BindMount } from "./exported.ts";
import { unitValue } from "./unit-word.ts";

/**
 * A unit for a bind mount (systemd.mount(5)), or null if systemd can't have these paths in one. `local-fs.target` wants
 * it and waits for it, and does not fail with it. That the source has to be mounted first systemd knows by itself.
 */
export function mountUnit({ source, target, options, hidden }: BindMount): string | null {
  const [what, where] = [unitValue(source), unitValue(target)];
  if (what === null || where === null) return null;
  const words = ["bind", ...options, ...(hidden ? ["x-gvfs-hide"] : [])];
  return `# Written by \`imp export\`.
[Mount]
What=${what}
Where=${where}
Type=none
Options=${words.join(",")}

[Install]
WantedBy=local-fs.target
`;
}
