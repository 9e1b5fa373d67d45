import type { Entry } from "../model/manifest.ts";
import { Failure, inOrderOfFile, type Place, type Problem } from "../model/problem.ts";
import type { Accounts } from "./accounts.ts";
import { check } from "./check.ts";
import { type Document, parseDocument } from "./document.ts";
import { type Finding, Reader, valueAt } from "./finding.ts";
import type { Config } from "./judge.ts";
import { judge } from "./judge.ts";
import { readOwnPath } from "./paths.ts";
import { resolve } from "./resolve.ts";
import { SourceText } from "./source-text.ts";

/* What it takes to say where something stands. It is loaded for the first thing that is to be said, and no earlier. */

const noAccounts: Accounts = { user: () => null, group: () => null };

/** As `readConfig` in read.ts, by the parser that knows places. */
export function readPlaced(text: string, file: string, accounts: Accounts): Config {
  const source = new SourceText(text, file);
  const document = documentOf(source);
  const reader = new Reader(accounts, ({ path, of }) => document.spanOf({ path, of }).start);
  const judgement = judge(reader, document.values);
  const problems = problemsOf(reader.findings, document, source);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Failure(2, errors);
  return { path: file, text, ...judgement, warnings: problems };
}

/** As `readStateDirectory` in state-directory.ts, by the parser that knows places. */
export function readPlacedStateDirectory(text: string, file: string): string | null {
  const source = new SourceText(text, file);
  const document = documentOf(source);
  const value = document.values["state_dir"];
  if (value === undefined) return null;
  const reader = new Reader(noAccounts);
  const at = valueAt(["state_dir"]);
  const directory =
    typeof value === "string"
      ? readOwnPath(reader, "the state directory", value, at)
      : reader.refuse(at, "`state_dir` is not a string", 'write a path such as state_dir = "/persist/imp"');
  if (directory === null) throw new Failure(2, problemsOf(reader.findings, document, source));
  return directory;
}

/** Where an entry of a manifest stands in the text that it came from. */
export interface EntryPlace {
  readonly place: Place;
  readonly excerpt: string;
}

/** Tells where entries stand in a text that was good once; null for one that it does not have. */
export function entryPlaces(text: string, file: string): (entry: Entry) => EntryPlace | null {
  const source = new SourceText(text, file);
  const document = parseDocument(source);
  if (Array.isArray(document)) return () => null;
  const reader = new Reader(noAccounts);
  const { entries } = resolve(reader, check(reader, document.values));
  const sites = new Map(entries.map(({ entry, at }) => [entry.target, at]));
  return ({ target }) => {
    const site = sites.get(target);
    if (site === undefined) return null;
    const place = source.place(document.spanOf(site));
    return { place, excerpt: source.line(place.line) };
  };
}

function documentOf(source: SourceText): Document {
  const document = parseDocument(source);
  if (Array.isArray(document)) throw new Failure(2, inOrderOfFile(document));
  return document;
}

function problemsOf(findings: readonly Finding[], document: Document, source: SourceText): Problem[] {
  return inOrderOfFile(
    findings.map(({ severity, at, message, help, other }) => {
      const whole = other === undefined ? message : `${message} ${source.name(document.spanOf(other))}`;
      return source.problem(severity, document.spanOf(at), whole, help);
    }),
  );
}
