import { defineConfig } from 'vite'

export default defineConfig({
  // Beside the C# outputs, which git ignores as well; the server's project copies it from there.
  build: {
    outDir: '../artifacts/portal', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      // Fluent UI begins each file with 'use client', which means something to a server that renders; there is none. A warning each would hide the others.
      onwarn: (warning, warn) => { if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning) },
    },
  },
})
