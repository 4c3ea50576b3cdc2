// The light build (without captions, DRM and alternate audio) has the same types.
declare module "hls.js/light" {
  export { default } from "hls.js";
}
