import assert from "node:assert/strict";
import { test } from "node:test";
import { whenQuiet } from "../src/player/quiet.ts";

class Video extends EventTarget {
  paused = false;
  ended = false;

  /** Fires an event as a browser does. */
  become(name, state = {}) {
    Object.assign(this, state);
    this.dispatchEvent(new Event(name));
  }
}

function waiting(video) {
  const acts = [];
  whenQuiet(video, () => acts.push(1));
  return acts;
}

test("who pauses is disturbed at once, and once", () => {
  const paused = new Video();
  paused.paused = true;
  assert.equal(waiting(paused).length, 1);
  const playing = new Video();
  const acts = waiting(playing);
  assert.equal(acts.length, 0);
  playing.become("pause", { paused: true });
  playing.become("seeking");
  assert.equal(acts.length, 1);
});

test("a stall or a jump is as good as a pause", () => {
  for (const name of ["waiting", "seeking"]) {
    const video = new Video();
    const acts = waiting(video);
    video.become(name);
    assert.equal(acts.length, 1);
  }
});

test("the end is no pause, but beginning anew is", () => {
  const video = new Video();
  const acts = waiting(video);
  video.become("pause", { paused: true, ended: true });
  video.become("ended");
  assert.equal(acts.length, 0);
  video.become("seeking", { ended: false });
  assert.equal(acts.length, 1);
});
