import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf } from "../src/player/keys.ts";
import { timeText } from "../src/player/time.ts";

test("keys do what they do on other video sites", () => {
  assert.deepEqual(commandOf("K"), { do: "toggle" });
  assert.deepEqual(commandOf("j"), { do: "skip", by: -10 });
  assert.deepEqual(commandOf("7"), { do: "part", share: 0.7 });
  assert.deepEqual(commandOf(">"), { do: "faster" });
});

test("other keys are left to the browser", () => {
  for (const key of ["Tab", "Enter", "q", "PageDown"]) assert.equal(commandOf(key), null);
});

test("hours appear when there are any", () => {
  assert.deepEqual([0, 59.9, 754, 3754, Number.NaN].map(timeText), [
    "0:00",
    "0:59",
    "12:34",
    "1:02:34",
    "0:00",
  ]);
});
