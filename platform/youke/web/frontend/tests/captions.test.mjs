import assert from "node:assert/strict";
import { test } from "node:test";
import { trackFor } from "../src/player/tracks.ts";

const OFFERED = [
  { track: 0, language: "en", name: "English" },
  { track: 1, language: "zh-Hans", name: "中文" },
  { track: 2, language: "zh-Hant", name: "繁體" },
];

test("the remembered language is shown again", () => {
  assert.equal(trackFor(OFFERED, "zh-Hant"), 2);
  assert.equal(trackFor(OFFERED, "en"), 0);
});

test("a relative of the language will do", () => {
  assert.equal(trackFor(OFFERED, "zh-CN"), 1);
  assert.equal(trackFor(OFFERED, "en-GB"), 0);
});

test("nothing is shown to those who chose nothing or whose language there is not", () => {
  for (const language of ["", "de"]) assert.equal(trackFor(OFFERED, language), -1);
});
