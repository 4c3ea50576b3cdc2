import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStoryboard, tileAt } from "../src/player/tiles.ts";

const TEXT = `WEBVTT

00:00.000 --> 00:10.000
https://s3/sprite-0.jpg?X-Sign=a%2Fb&x=1#xywh=0,0,160,90

00:10.000 --> 01:00:20.500
https://s3/sprite-0.jpg?X-Sign=a%2Fb&x=1#xywh=160,90,160,90
`;

test("cues become places on sheets", () => {
  const [first, second] = parseStoryboard(TEXT);
  assert.deepEqual(first, {
    from: 0,
    to: 10,
    sheet: "https://s3/sprite-0.jpg?X-Sign=a%2Fb&x=1",
    x: 0,
    y: 0,
    width: 160,
    height: 90,
  });
  assert.deepEqual([second.from, second.to, second.x, second.y], [10, 3620.5, 160, 90]);
});

test("line ends of other systems change nothing", () => {
  assert.equal(parseStoryboard(TEXT.replaceAll("\n", "\r\n")).length, 2);
});

test("what is no storyboard has no pictures", () => {
  assert.deepEqual(parseStoryboard("<html>"), []);
  assert.equal(tileAt([], 3), null);
});

test("every second has the picture that was taken for it, the last one for the rest", () => {
  const tiles = parseStoryboard(TEXT);
  assert.deepEqual(
    [0, 9.9, 10, 3620, 9999].map((second) => tileAt(tiles, second).x),
    [0, 0, 160, 160, 160],
  );
});
