import { defineConfig } from "vite";

// School computers keep browsers for long: these are the oldest that lay out 16:9.
const browsers = ["chrome88", "edge88", "firefox89", "safari15"];

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
