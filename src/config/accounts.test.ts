import { expect, test } from "bun:test";
import { systemAccounts } from "./accounts.ts";

test("root is found, as a user and as a group", () => {
  const accounts = systemAccounts();
  expect(accounts.user("root")).toEqual({ name: "root", id: 0 });
  expect(accounts.group("root")).toEqual({ name: "root", id: 0 });
  expect(accounts.user("root")).toBe(accounts.user("root"));
});

test("a name that nobody has is not found, nor one with a NUL", () => {
  const accounts = systemAccounts();
  for (const name of ["no-such-account-here", "", "root\0x", "root\n"]) {
    expect(accounts.user(name)).toBeNull();
    expect(accounts.group(name)).toBeNull();
    expect(accounts.user(name)).toBeNull();
  }
});
