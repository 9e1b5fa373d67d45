import { describe, expect, test } from "bun:test";
import { emptyManifest } from "../../model/manifest.ts";
import { exchanged } from "../../observe/race-check.ts";
import { type LiveRequest, observing } from "./plan.ts";

const request: LiveRequest = {
  active: emptyManifest,
  effects: [],
  wanted: emptyManifest,
  createSources: "none",
  adoptReplaced: false,
};

describe("the live system", () => {
  test("is looked at anew if something was exchanged meanwhile, such as a mount at shutdown", () => {
    let looks = 0;
    const plan = () => {
      looks += 1;
      if (looks < 3) throw exchanged("/srv/site");
      return "planned";
    };
    expect(observing(request, plan)).toBe("planned");
    expect(looks).toBe(3);
  });

  test("is given up where somebody exchanges things all the time", () => {
    const plan = () => {
      throw exchanged("/home/user");
    };
    expect(() => observing(request, plan)).toThrow("/home/user was exchanged for something else");
  });

  test("is not looked at twice for another reason", () => {
    let looks = 0;
    const plan = () => {
      looks += 1;
      throw new Error("another reason");
    };
    expect(() => observing(request, plan)).toThrow("another reason");
    expect(looks).toBe(1);
  });
});
