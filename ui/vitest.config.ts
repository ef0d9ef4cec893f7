import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // Local time formatting is asserted on, so the zone must not depend on the machine.
    env: { TZ: 'Europe/Berlin' },
  },
});
