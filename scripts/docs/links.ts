import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Complaint, type Markdown, readMarkdown } from "./markdown.ts";

/** Where code that is between backticks names a place of the repository. */
const place = /^\.?\/?((?:src|test|scripts|docs|bench|packaging|\.github|\.ci)\/[\w./-]*)$/;

/**
 * Proves that links within the repository lead somewhere, to a heading if they name one, and that paths between
 * backticks exist.
 * @param path the document, relative to the repository
 */
export function checkLinks(markdown: Markdown, path: string, repository: string): Complaint[] {
  const { links, codes } = markdown;
  return [
    ...links.flatMap(({ line, text }) => {
      const message = mistakeIn(text, markdown, path, repository);
      return message === null ? [] : [{ line, message }];
    }),
    ...codes.flatMap(({ line, text }) => {
      const named = place.exec(text)?.[1];
      // NAME and N stand for something.
      if (named === undefined || /\b[A-Z]+\b/.test(named) || existsSync(join(repository, named))) return [];
      return [{ line, message: `there is no ${named}` }];
    }),
  ];
}

function mistakeIn(url: string, markdown: Markdown, path: string, repository: string): string | null {
  if (/^[a-z][a-z+.-]*:/i.test(url)) return null;
  const [target = "", fragment] = url.split("#");
  const file = target === "" ? join(repository, path) : join(repository, dirname(path), decodeURI(target));
  if (relative(repository, file).startsWith("..")) return `the link ${url} leads out of the repository`;
  if (!existsSync(file)) return `the link ${url} leads nowhere`;
  if (fragment === undefined || fragment === "" || !file.endsWith(".md")) return null;
  const { anchors } = target === "" ? markdown : readMarkdown(readFileSync(file, "utf8"));
  return anchors.has(fragment) ? null : `the link ${url} leads to no heading`;
}
