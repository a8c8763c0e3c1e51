import { defineConfig } from 'vite'

export default defineConfig({
  // Beside the C# outputs, which git ignores as well; the server's project copies it from there.
  build: { outDir: '../artifacts/portal', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, chunkSizeWarningLimit: 2000 },
})
