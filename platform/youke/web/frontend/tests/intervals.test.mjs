import assert from "node:assert/strict";
import { test } from "node:test";
import { merged, rounded } from "../src/player/intervals.ts";

test("stretches that touch or overlap become one", () => {
  assert.deepEqual(merged([[0, 5], [5.2, 9], [3, 6]]), [[0, 9]]);
});

test("a gap keeps stretches apart and they come in order", () => {
  assert.deepEqual(merged([[20, 30], [0, 10]]), [[0, 10], [20, 30]]);
});

test("empty and backward stretches are dropped", () => {
  assert.deepEqual(merged([[4, 4], [9, 3]]), []);
});

test("what is given is not changed", () => {
  const given = [[0, 5], [4, 9]];
  merged(given);
  assert.deepEqual(given, [[0, 5], [4, 9]]);
});

test("seconds are sent in tenths", () => {
  assert.deepEqual(rounded([[0.04, 9.96]]), [[0, 10]]);
});
