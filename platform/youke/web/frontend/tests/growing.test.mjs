import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutReplaced } from "../src/player/growing.ts";

const SMALL = "https://s3/360p-1.mp4?sign=a";
const LARGE = "https://s3/1080p-1.mp4?sign=a";

function fragment(relurl) {
  return { relurl, initSegment: { relurl }, start: 12, startPTS: 12.08 };
}

function playlist(...files) {
  return ["#EXTM3U", ...files.flatMap((file) => ["#EXTINF:6,", file]), ""].join("\n");
}

test("a segment that got another file forgets its own and the header", () => {
  const old = [fragment(SMALL), fragment(SMALL)];
  const [kept, replaced] = withoutReplaced(old, playlist(SMALL, LARGE, LARGE));
  assert.equal(kept, old[0]);
  assert.equal(replaced.relurl, undefined);
  assert.equal(replaced.initSegment, null);
  assert.equal(replaced.startPTS, 12.08);
});

test("a segment that is being loaded this moment keeps what it needs", () => {
  const old = [fragment(SMALL)];
  withoutReplaced(old, playlist(LARGE));
  assert.equal(old[0].relurl, SMALL);
  assert.equal(old[0].initSegment.relurl, SMALL);
});

test("a new signature is no new file", () => {
  const old = [fragment(SMALL)];
  const [kept] = withoutReplaced(old, playlist(SMALL.replace("=a", "=b")));
  assert.equal(kept, old[0]);
});
