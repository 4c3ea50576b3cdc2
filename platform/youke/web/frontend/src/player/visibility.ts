/** Says whether the picture can be seen: in the tab, or in a window of its own. */
export function isSeen(tabHidden: boolean, inOwnWindow: boolean): boolean {
  return inOwnWindow || !tabHidden;
}
