import "./styles/index.css";
import "htmx.org";
import { startChoices } from "./choices";
import {
  startAddress,
  startForms,
  startMenus,
  startPosters,
  startPreferences,
  startSearchKey,
} from "./chrome";
import { startDesk } from "./desk";
import { startQuickExit } from "./exit";
import { startLikes } from "./likes";
import { startProgress } from "./progress";
import { STAGE_RENEWED } from "./stage";
import { startToasts } from "./toasts";

startMenus();
startAddress();
startPreferences();
startSearchKey();
startForms();
startChoices();
startPosters();
startToasts();
startLikes();
startDesk();
startQuickExit();
mountParts();
document.addEventListener(STAGE_RENEWED, mountParts);

/** Loads what only some pages need: the player and the uploader. */
function mountParts(): void {
  startProgress();
  if (document.querySelector("[data-player]")) {
    void import("./player").then((player) => player.mountPlayers());
  }
  if (document.querySelector("[data-upload]")) {
    void import("./upload").then((upload) => upload.mountUploads());
  }
}
