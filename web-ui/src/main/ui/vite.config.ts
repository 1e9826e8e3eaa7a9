import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const moduleTarget = '../../../target';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: `${moduleTarget}/classes/static`,
    emptyOutDir: true,
    // A data: URL would need an opening in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // `npm run dev` beside a running controller.
    proxy: { '/api': 'http://127.0.0.1:8080', '/actuator': 'http://127.0.0.1:8080' },
  },
  test: {
    environment: 'jsdom',
    setupFiles: './src/test/setup.ts',
    css: false,
    // Counted with the Java tests.
    reporters: ['default', 'junit'],
    outputFile: { junit: `${moduleTarget}/surefire-reports/TEST-web-ui.xml` },
  },
});
