import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.SWARMSCOPE_URL ?? 'http://127.0.0.1:4700';

export default defineConfig({
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': server, '/health': server, '/elastic': server, '/prometheus': server },
  },
  build: {
    target: 'es2022',
    // The server embeds dist: source maps would double the binary's share for nobody's use.
    sourcemap: false,
  },
});
