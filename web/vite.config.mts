import { defineConfig } from 'vite';

/** Newer than what Vite aims at by itself: with these, `light-dark()` stays as it is written. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5'];

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: BROWSERS,
    cssTarget: BROWSERS,
    // Everything is a file of the monitor's own: its content security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog: (level, log, report) => {
        // A directive to servers that render, of which there is none.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
