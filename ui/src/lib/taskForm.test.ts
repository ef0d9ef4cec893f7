import { expect, test } from 'vitest';
import { draftOf, EMPTY_DRAFT, readDraft } from './taskForm';

test('what is left empty is left out', () => {
  expect(readDraft({ ...EMPTY_DRAFT, type: ' research ' }).task).toEqual({
    task_type: 'research',
    priority: 'medium',
    metadata: {},
  });
});

test('every field becomes its part of the task, and back', () => {
  const draft = {
    type: 'research',
    priority: 'high' as const,
    metadata: '{"topic": "tides"}',
    skills: 'french, maths',
    delaySeconds: '1.5',
    deadlineSeconds: '60',
    maxRetries: '0',
    key: 'order-17',
  };
  const { task } = readDraft(draft);
  expect(task).toEqual({
    task_type: 'research',
    priority: 'high',
    metadata: { topic: 'tides' },
    required_skills: ['french', 'maths'],
    delay_ms: 1_500,
    deadline_ms: 60_000,
    max_retries: 0,
    idempotency_key: 'order-17',
  });
  expect(task && readDraft(draftOf(task)).task).toEqual(task);
});

test('each fault is said at its field', () => {
  const { faults } = readDraft({ ...EMPTY_DRAFT, metadata: '[1]', delaySeconds: '-1', maxRetries: '1.5' });
  expect(Object.keys(faults ?? {})).toEqual(['type', 'metadata', 'delaySeconds', 'maxRetries']);
});
