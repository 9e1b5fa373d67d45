import { expect, test } from "bun:test";
import { nearest } from "./suggest.ts";

const keys = [
  "hideMounts",
  "directories",
  "files",
  "backup",
  "create_parents",
  "create_sources",
  "mode",
  "user",
];

test("a slip of the pen finds the word", () => {
  expect(nearest("directoris", keys)).toBe("directories");
  expect(nearest("file", keys)).toBe("files");
  expect(nearest("bakcup", keys)).toBe("backup");
  expect(nearest("uesr", ["users", "mode"])).toBeNull();
  expect(nearest("usr", keys)).toBe("user");
});

test("the style of writing makes no difference", () => {
  expect(nearest("hide_mounts", keys)).toBe("hideMounts");
  expect(nearest("createParents", keys)).toBe("create_parents");
  expect(nearest("create-source", keys)).toBe("create_sources");
});

test("a word that resembles none finds none", () => {
  expect(nearest("rw", ["ro"])).toBeNull();
  expect(nearest("colour", keys)).toBeNull();
  expect(nearest("", keys)).toBeNull();
  expect(nearest("x".repeat(1_000_000), keys)).toBeNull();
});
