/** What a key asks of the player. */
export type Command =
  | { do: "toggle" | "mute" | "captions" | "fullscreen" | "slower" | "faster" }
  | { do: "skip"; by: number }
  | { do: "louder"; by: number }
  | { do: "part"; share: number };

/** Returns the command of a key as people know them from other video sites. */
export function commandOf(key: string): Command | null {
  const known: Record<string, Command> = {
    " ": { do: "toggle" },
    k: { do: "toggle" },
    m: { do: "mute" },
    c: { do: "captions" },
    f: { do: "fullscreen" },
    "<": { do: "slower" },
    ">": { do: "faster" },
    j: { do: "skip", by: -10 },
    l: { do: "skip", by: 10 },
    ArrowLeft: { do: "skip", by: -5 },
    ArrowRight: { do: "skip", by: 5 },
    ArrowUp: { do: "louder", by: 0.1 },
    ArrowDown: { do: "louder", by: -0.1 },
    Home: { do: "part", share: 0 },
  };
  const lower = key.length === 1 ? key.toLowerCase() : key;
  if (/^[0-9]$/.test(key)) return { do: "part", share: Number(key) / 10 };
  return known[lower] ?? null;
}
