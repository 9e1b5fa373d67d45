import GithubSlugger from "github-slugger";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { visit } from "unist-util-visit";

/** Something wrong with a document, and the line where it stands; lines count from 1. */
export interface Complaint {
  readonly line: number;
  readonly message: string;
}

/** Text in a document, and the line where it begins. */
export interface Passage {
  readonly line: number;
  readonly text: string;
}

export interface CodeBlock extends Passage {
  /** What stands behind the opening fence; empty for an indented block. */
  readonly language: string;
}

/** What there is to prove in a document. */
export interface Markdown {
  readonly blocks: readonly CodeBlock[];
  /** What stands between backticks. */
  readonly codes: readonly Passage[];
  /** Where links and pictures lead. */
  readonly links: readonly Passage[];
  /** The fragments that GitHub gives to the headings. */
  readonly anchors: ReadonlySet<string>;
}

export function readMarkdown(text: string): Markdown {
  const blocks: CodeBlock[] = [];
  const codes: Passage[] = [];
  const links: Passage[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  visit(fromMarkdown(text), (node) => {
    const line = node.position?.start.line ?? 1;
    switch (node.type) {
      case "code": {
        const isFenced = /^ {0,3}[`~]/.test(text.split("\n")[line - 1]?.trimStart() ?? "");
        blocks.push({ language: node.lang ?? "", line: isFenced ? line + 1 : line, text: node.value });
        break;
      }
      case "inlineCode":
        // In a table a bar has to be escaped.
        codes.push({ line, text: node.value.replaceAll("\\|", "|") });
        break;
      case "link":
      case "image":
      case "definition":
        links.push({ line, text: node.url });
        break;
      case "html":
        for (const [, url = ""] of node.value.matchAll(/(?:src|srcset|href)="([^"]+)"/g)) {
          links.push({ line, text: url });
        }
        break;
      case "heading":
        anchors.add(slugger.slug(plainText(node)));
        break;
    }
  });
  return { blocks, codes, links, anchors };
}

function plainText(node: Nodes): string {
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(plainText).join("") : "";
}
