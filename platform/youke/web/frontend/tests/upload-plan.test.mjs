import assert from "node:assert/strict";
import { test } from "node:test";
import { backOffMs, partOf, sizeText, SpeedMeter, storedBytes } from "../src/upload/plan.ts";

test("the parts cover every byte of the file once", () => {
  const size = 23;
  const parts = [1, 2, 3].map((number) => partOf(number, 10, size));
  assert.deepEqual(parts.map(({ start, end }) => [start, end]), [[0, 10], [10, 20], [20, 23]]);
});

test("the last part counts with what it holds", () => {
  assert.equal(storedBytes([1, 3], 10, 23), 13);
});

test("waiting doubles up to half a minute", () => {
  assert.deepEqual([0, 1, 2, 10].map((n) => backOffMs(n, 0.5)), [1000, 2000, 4000, 30_000]);
});

test("sizes are said in the unit that reads well", () => {
  assert.deepEqual([0, 1023, 1536, 5 * 2 ** 20, 1.5 * 2 ** 30].map(sizeText), [
    "0 B",
    "1023 B",
    "2 KB",
    "5.0 MB",
    "1.50 GB",
  ]);
});

test("the speed is that of the last seconds, not of the whole upload", () => {
  const meter = new SpeedMeter();
  meter.add(0, 0);
  meter.add(1000, 10_000);
  meter.add(9000, 14_000);
  meter.add(17_000, 18_000);
  assert.equal(meter.perSecond(), 2000);
});

test("no speed is said before there is one", () => {
  assert.equal(new SpeedMeter().perSecond(), 0);
});
