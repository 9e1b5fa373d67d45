import type { Problem } from "../model/problem.ts";
import type { Accounts } from "./accounts.ts";
import type { SourceText, Spot } from "./source-text.ts";

/** What everyone needs who reads a part of the file: whom to ask, and where problems go. */
export class Reader {
  readonly source: SourceText;
  readonly accounts: Accounts;
  readonly problems: Problem[] = [];

  constructor(source: SourceText, accounts: Accounts) {
    this.source = source;
    this.accounts = accounts;
  }

  /** Takes down an error, and answers null: there is no value. */
  refuse(at: Spot, message: string, help: string): null {
    this.problems.push(this.source.error(at, message, help));
    return null;
  }
}
