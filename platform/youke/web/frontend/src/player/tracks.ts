/** Captions that can be chosen: the track's number, its language and name. */
export interface Caption {
  track: number;
  language: string;
  name: string;
}

/** No captions. */
export const OFF = -1;

/** Finds the captions in a language, or in its nearest relative: zh-Hans for zh-CN. */
export function trackFor(offered: Caption[], language: string): number {
  const family = language.split("-")[0]?.toLowerCase();
  if (!family) return OFF;
  const found =
    offered.find((each) => each.language === language) ??
    offered.find((each) => each.language.split("-")[0]?.toLowerCase() === family);
  return found?.track ?? OFF;
}
