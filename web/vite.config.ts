import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the page also works below a path of a reverse proxy.
  base: './',
  build: {
    outDir: '../src/MediaGateway/wwwroot',
    emptyOutDir: true,
    // The page, and the player alone for frames in other pages.
    rollupOptions: { input: ['index.html', 'player.html'] },
    target: ['chrome105', 'edge105', 'firefox110', 'safari16'],
    // The gateway's content security policy allows files of its own only.
    assetsInlineLimit: 0,
    // hls.js, which is loaded when somebody plays over HLS.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: {
    // `npx vite` shows the page with its signalling from a gateway on this machine.
    host: '127.0.0.1',
    proxy: { '/signaling': { target: 'ws://127.0.0.1:8080', ws: true } },
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
  },
});
