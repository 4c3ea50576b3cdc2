import { defineConfig } from "vite";

// School computers keep browsers for long: Chromium 87 is what the oldest still run.
const browsers = ["chrome87", "edge88", "firefox78", "safari14"];

export default defineConfig({
  base: "/static/",
  css: { transformer: "lightningcss" },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: browsers,
    cssTarget: browsers,
    // Files are served under a policy that allows no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: { input: "src/main.ts" },
  },
});
