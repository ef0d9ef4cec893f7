import { expect, it } from 'vitest';
import { indexPatterns } from './indexPatterns';

it('folds daily indices into one pattern each', () =>
  expect(
    indexPatterns(['test_agent-2026.01.31', 'filebeat-a-2026.01.30', 'filebeat-a-2026.01.31', 'openstack']),
  ).toEqual(['filebeat-a-*', 'test_agent-*']));
