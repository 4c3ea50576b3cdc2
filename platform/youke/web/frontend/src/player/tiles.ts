/** A small picture of a stretch of the lesson: its place on a sheet, in pixels. */
export interface Tile {
  from: number;
  to: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Reads a storyboard in WebVTT, whose cues name parts of pictures. */
export function parseStoryboard(text: string): Tile[] {
  const cue = /([\d:.]+) --> ([\d:.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  return Array.from(text.replace(/\r/g, "").matchAll(cue), (found) => {
    const [, from = "", to = "", sheet = "", ...place] = found;
    const [x = 0, y = 0, width = 0, height = 0] = place.map(Number);
    return { from: secondsOf(from), to: secondsOf(to), sheet, x, y, width, height };
  });
}

/** Returns the picture of a second; the last one also stands for what follows. */
export function tileAt(tiles: Tile[], second: number): Tile | null {
  return tiles.find(({ to }) => second < to) ?? tiles[tiles.length - 1] ?? null;
}

function secondsOf(time: string): number {
  return time.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
}
